"""The codings among the examples: Ben's project and his sheet say the same, and both coders keep to their packages."""

import csv
import zipfile

import pytest

import example_making as making
from analysis.qda.offsets import decide
from making import PROJECT
from qda_making import read_refi

SHEETS = {name: PROJECT / f"data/examples/coded-{name}.csv" for name in ("ana", "ben")}
NAMED = {
    "naturalistic.reversal.newcomer-asks": making.ASKS,
    "naturalistic.interaction.everyday-talk": making.EVERYDAY,
    "naturalistic.biliteracy.bilingual-writing": making.BOTH,
    "community.atmosphere.welcoming-tone": making.WELCOME,
    "identity.village.shared-feeling": making.FEELING,
}


def given(name: str) -> dict[str, set[int]]:
    """The codes that a sheet gives to each post."""
    with SHEETS[name].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["unit"]: {NAMED[code] for code in NAMED if row[code] == "1"} for row in rows}


def test_ben_s_project_is_what_its_maker_writes():
    with zipfile.ZipFile(making.EXAMPLES / "coded-ben.qdpx") as archive:
        held = {name: archive.read(name).decode() for name in archive.namelist()}
    assert held == making.inside()


def test_ben_s_project_and_his_sheet_give_the_same_codes_to_the_same_posts():
    assert given("ben") == {post: {code for code, _ in marked} for post, marked in making.MARKED.items()}


def test_ben_s_program_counts_otherwise_than_its_name_lets_expect_and_leaves_one_selection_off_the_text(tmp_path):
    making.write(tmp_path / "ben.qdpx")
    decided = decide(read_refi(tmp_path / "ben.qdpx"))
    assert (decided.counting.unit, decided.fitting, decided.alternative_fitting) == ("utf-16", 25, 21)
    assert [each.where for each in decided.misfits] == [making.guid(1900)]


@pytest.mark.parametrize("name", SHEETS)
def test_a_coder_read_fifteen_posts_ten_of_which_both_read(name):
    assert len(given(name)) == 15
    assert len(given("ana").keys() & given("ben").keys()) == 10
