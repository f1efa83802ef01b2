"""Every command on the pages that take a reader through the work is run, and each page shows what it printed.

COMPENDIUM_RECORD_PAGE=1 writes what is printed into the pages instead of comparing it.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

import pages
from analysis.export import WAYS
from analysis.qda import registry as codings
from analysis.sources.registry import READERS
from making import PROJECT

FRIEND = (
    "id,user,body,likes,created_at\n"
    'a1,mira,"Hello from the other side, 你好",12,2025-01-14T09:30:00Z\n'
    "a2,jo,Who knows a good noodle shop?,1.2k,2025-01-15T18:05:00Z\n"
)
# Neither page may see what the other did; both go on from where the page on rerunning ends.
GO_ON = ["coding-tools", "agreement"]
LEFT_BEHIND = shutil.ignore_patterns("_build")


def page(name: str) -> Path:
    return PROJECT / f"book/{name}.md"


def check(name: str, replayed: str) -> None:
    """Compare a page with its replay, or write the replay down."""
    if os.environ.get("COMPENDIUM_RECORD_PAGE"):
        page(name).write_text(replayed, encoding="utf-8")
        pytest.skip("the page was written anew")
    assert pages.levelled(replayed) == pages.levelled(page(name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rerun(tmp_path_factory) -> tuple[Path, str]:
    """The folder of a reader who has followed the page on rerunning, and what the page then shows."""
    root = pages.lay_out(tmp_path_factory.mktemp("page"))
    (root / "posts-of-a-friend.csv").write_text(FRIEND, encoding="utf-8")
    return root, pages.replayed(page("rerun").read_text(encoding="utf-8"), root)


def test_every_command_of_the_page_on_rerunning_prints_what_the_page_shows(rerun):
    assert rerun[1].count("```console") >= 9
    check("rerun", rerun[1])


@pytest.mark.parametrize("name", GO_ON)
def test_every_command_of_a_page_that_goes_on_from_there_prints_what_the_page_shows(name, rerun, tmp_path):
    folder = shutil.copytree(rerun[0], tmp_path / "page", ignore=LEFT_BEHIND)
    check(name, pages.replayed(page(name).read_text(encoding="utf-8"), folder))


def test_the_page_on_rerunning_names_every_format_that_has_a_reader():
    text = page("rerun").read_text(encoding="utf-8")
    assert not [reader.title for reader in READERS if reader.title not in text]


def test_the_page_on_coding_tools_names_every_format_that_comes_in_or_goes_out():
    text = page("coding-tools").read_text(encoding="utf-8")
    assert not [reader.title for reader in codings.READERS if reader.title not in text]
    assert not [way for way in WAYS if f"--to {way}" not in text]


def test_a_file_that_a_page_shows_is_written_and_settings_are_replaced(tmp_path):
    (tmp_path / "study.yml").write_text(
        "decisions:\n  one:\n    value: 1\n    reason: >-\n      why\n  two: {value: 2}\n"
    )
    blocks = "```{code-block} yaml\n:caption: study.yml\n\ndecisions:\n  one:\n    value: 3\n```\n"
    blocks += "```{code-block} text\n:caption: new.csv\n\na,b\n```\n```console\n$ echo hello\nold\n$ cat new.csv\n```\n"
    replayed = pages.replayed(blocks, tmp_path)
    assert (tmp_path / "study.yml").read_text() == "decisions:\n  one:\n    value: 3\n  two: {value: 2}\n"
    shown = "```console\n$ echo hello\nhello\n$ cat new.csv\na,b\n```\n"
    assert replayed == blocks[: blocks.index("```console")] + shown


PICKED = re.compile(r"```\{result-table\} (\S+)\n:columns: (.*)\n")


@pytest.mark.parametrize("path", sorted(PROJECT.glob("book/**/*.md")), ids=lambda path: path.stem)
def test_the_columns_that_a_page_picks_from_a_table_of_results_are_in_it(path):
    for name, columns in PICKED.findall(path.read_text(encoding="utf-8")):
        with (PROJECT / f"results/liu2025/tables/{name}.csv").open(encoding="utf-8") as table:
            assert set(columns.split()) <= set(table.readline().rstrip("\n").split(",")), name
