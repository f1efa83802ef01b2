import shutil

import pytest
import yaml

import coded
from analysis import replaced
from analysis.study import Study, open_study
from analysis.tables import write_table
from making import PROJECT

STUDY = """
title: A study
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: en, language_name: English, script: Latin}
  host: {label: locals, language: zh, language_name: Chinese, script: Han}
"""
FIRST = "p1 ask.why ann 1\np1 ask.how ann 1\np2 ask.why ann 1\np1 ask.why bob 1"
LATER = FIRST + "\np1 ask.how ann 2"


@pytest.fixture
def folder(tmp_path):
    # What a study does not decide the original does.
    (tmp_path / "data/liu2025").mkdir(parents=True)
    for name in ("_config.yml", "data/liu2025/study.yml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    made = tmp_path / "data/mine"
    made.mkdir()
    return made


def written(folder, codings: str, *, again: bool = False) -> Study:
    """A study of these codings; `again` marks the readings of round 2."""
    read = coded.readings({("ann", 1): "p1 p2", ("bob", 1): "p1", ("ann", 2): "p1"})
    read["again"] = (read["round"] == 2).astype("boolean") if again else read["again"]
    tables = {
        "posts": coded.posts().assign(source="x"), "codebook": coded.codebook().assign(basis="own"),
        "codings": coded.codings(codings).assign(source="x"),
        "readings": read[read["round"].isin([1] if codings == FIRST else [1, 2])].assign(source="x"),
    }  # fmt: skip
    for name, rows in tables.items():
        write_table(rows, folder / f"{name}.csv", name)
    settings = yaml.safe_load(STUDY) | {
        "tables": {name: {"file": f"{name}.csv", "origin": "captured"} for name in tables},
        "decisions": {"coding_unit": {"value": "post", "reason": "There are no pictures."}},
    }
    (folder / "study.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return open_study("mine", folder.parents[1])


def test_what_a_later_reading_replaces_is_told_with_its_number_and_what_to_do(folder):
    before = replaced.standing_in(written(folder, FIRST))
    # Of two codings on p1 the one that is given again is none that is lost.
    told = list(replaced.told(before, written(folder, LATER)))
    assert told[0].startswith("This reading replaces 1 coding of ann's round 1 on 1 unit: who reads a unit in a later")
    assert told[1:] == [
        "If only codings of split codes were looked at again, import the same file once more with --again.",
    ]


def test_looking_again_at_split_codes_replaces_nothing(folder):
    before = replaced.standing_in(written(folder, FIRST))
    after = written(folder, LATER, again=True)
    assert list(replaced.told(before, after)) == []
    # The same coding given again is told once, and does not count twice.
    assert sorted(replaced.standing_in(after)["coding_id"]) == ["k0", "k2", "k3", "k4"]


def test_a_study_without_codings_has_nothing_to_replace(folder):
    study = written(folder, FIRST)
    assert list(replaced.told(None, study)) == []
    (folder / "codings.csv").write_text("broken\n", encoding="utf-8")
    assert replaced.standing_in(open_study("mine", folder.parents[1])) is None
