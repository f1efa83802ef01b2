import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis import pipeline
from analysis.study import open_study
from browsing import Reader, book_built_once, served, started
from making import FIRST, PROJECT, SECOND, SHOW, lay_out_book, make_notebook

SHARED = PROJECT.parent / "shared"
# What takes a minute or more with a few tests begins first, so that no worker is left alone with it at the end.
LONGEST = (
    "test_book_accessible", "test_paper", "test_on_spark", "test_book_weight", "test_pages", "test_importing",
    "test_formats", "test_sweep", "test_hostile_texts", "test_publish", "test_identities", "test_second_study",
)  # fmt: skip

STUDY = """
title: A small study
about: Three posts, to see the machinery move.
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: es, language_name: Spanish, script: Latin}
  host: {label: locals, language: ja, language_name: Japanese, script: Kana}
tables:
  hashtags: {file: hashtags.csv, origin: published}
  posts: {file: posts.csv, origin: captured}
decisions:
"""

HASHTAGS = """hashtag,posts,posts_printed,views,views_printed,read_on,role,section
first,30,30,900,900,2025-01-19,first,4
second,10,10,50,50,2025-01-19,added,4
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    later = len(LONGEST)
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else later)


@pytest.fixture
def project() -> Path:
    return PROJECT


@pytest.fixture
def shared() -> Path:
    """The folder with real posts and the standard's schemas, where it is."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real posts is not here")
    return SHARED


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compendium of two notebooks and one small study, `liu2025` by name, as the working folder."""
    lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def ran_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ran")
    lay_out(folder)
    pipeline.run(open_study(root=folder))
    return folder


@pytest.fixture
def once(ran_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small compendium after one run."""
    shutil.copytree(ran_once, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def built_small(once: Path) -> Path:
    """The small compendium after one run, with the sources of a book."""
    lay_out_book(once)
    return once


@pytest.fixture(scope="session")
def built_book(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of the main book's built pages."""
    folder = tmp_path_factory.getbasetemp()
    return book_built_once(folder if worker_id == "master" else folder.parent)


# Of a module, not of the session: while Playwright runs, no notebook can.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser, or the reason why there is none."""
    with started() as browser:
        yield browser


@pytest.fixture(scope="session")
def address(built_book: Path) -> Iterator[str]:
    """Where the main book is served."""
    with served(built_book) as address:
        yield address


@pytest.fixture
def open_page(browser: Any, built_book: Path, address: str) -> Iterator[Reader]:
    """Open pages of the main book: `open_page("ledger.html", width=390, dark=True, touch=True)`."""
    reader = Reader(browser, built_book, address)
    yield reader
    reader.close()


def lay_out(root: Path) -> None:
    decisions = (PROJECT / "data/liu2025/study.yml").read_text(encoding="utf-8").split("\ndecisions:\n")[1]
    folder = root / "data" / "liu2025"
    folder.mkdir(parents=True)
    (folder / "study.yml").write_text(STUDY.strip() + "\n" + decisions, encoding="utf-8")
    (folder / "hashtags.csv").write_text(HASHTAGS)
    shutil.copy(PROJECT / "_config.yml", root)
    (root / "requirements.lock").write_text("pandas==3\n")
    make_notebook(root / "notebooks/01-first.ipynb", 'study: str = "liu2025"', FIRST, SHOW)
    make_notebook(root / "notebooks/02-second.ipynb", 'study: str = "liu2025"\nmin_comments: int = None', SECOND)
