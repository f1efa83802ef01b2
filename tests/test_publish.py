import re
import shutil

import pytest

from analysis import pipeline, publish
from analysis.errors import BookError
from analysis.study import open_study
from making import FIRST, INDEX, PROJECT, SHOW, contents, lay_out_book, load, make_notebook


@pytest.fixture(scope="module")
def with_book(tmp_path_factory, ran_once):
    """The small compendium with its results and a built book."""
    root = tmp_path_factory.mktemp("book")
    shutil.copytree(ran_once, root, dirs_exist_ok=True)
    lay_out_book(root)
    publish.build_book(open_study(root=root), say=lambda _: None)
    return root


@pytest.fixture
def built(with_book, tmp_path, monkeypatch):
    shutil.copytree(with_book, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def page(root, name: str) -> str:
    return (root / "_build/html" / f"{name}.html").read_text(encoding="utf-8")


def test_values_reach_the_prose_with_a_link_to_their_notebook(built):
    index = page(built, "book/index")
    assert "There were" in index
    link = '<a class="reference internal" href="../results/liu2025/notebooks/01-first.html">'
    assert f'<span class="value value-computed">{link}<span class="doc">40</span></a></span> posts' in index
    assert "{{" not in index


def test_figures_and_tables_stand_on_the_page_with_their_files(built):
    index = page(built, "book/index")
    assert 'aria-label="Two bars"' in index
    assert "var(--figure-ink" in index
    assert index.count('<figure class="result-table"') == 2
    assert len(list((built / "_build/html/_downloads").rglob("*.csv"))) == 1
    assert len(list((built / "_build/html/_downloads").rglob("*.svg"))) == 1


def test_words_in_another_language_are_marked(built):
    assert '<span lang="zh">大家</span>' in page(built, "book/index")


def test_every_page_says_where_its_results_come_from(built):
    assert "facts that the article reports" in page(built, "book/index")
    assert "No result is shown on this page" in page(built, "book/argument")
    assert "facts that the article reports" in page(built, "results/liu2025/notebooks/01-first")


def test_code_is_folded_away_and_can_be_opened(built):
    notebook = page(built, "results/liu2025/notebooks/02-second")
    assert "Show the code" in notebook
    assert '<span class="n">result</span>' in notebook


def test_a_book_that_is_current_is_not_built(built):
    told = []
    before = contents(built / "_build")
    publish.build_book(open_study(), say=told.append)
    assert told == ["The book of liu2025 is current; it was not built."]
    assert contents(built / "_build") == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("first_posts", "frist_posts", "frist_posts"),
        ("02-second-tags", "02-second-tgas", "no notebook has shown the figure '02-second-tgas'"),
        ("first\n", "third\n", "no row of hashtags fits 'hashtag~third'"),
    ],
    ids=["value", "figure", "rows"],
)
def test_a_page_that_names_what_is_not_there_fails_the_build_and_keeps_the_book(built, old, new, told):
    before = contents(built / "_build/html")
    (built / "book/index.md").write_text(INDEX.replace(old, new), encoding="utf-8")
    with pytest.raises(BookError, match="the previous one stays") as error:
        publish.build_book(open_study(), say=lambda _: None)
    assert told in str(error.value)
    assert contents(built / "_build/html") == before


def test_a_book_without_results_is_refused(small):
    with pytest.raises(BookError, match=r"results/liu2025/ holds no results. Run: compendium run liu2025"):
        publish.build_book(open_study())


def test_edit_links_lead_to_the_repository_where_it_is_known(built, monkeypatch):
    assert "edit" not in page(built, "book/argument").lower().split("<article")[0].replace("edited", "")
    monkeypatch.setenv("COMPENDIUM_REPOSITORY", "https://github.com/someone/something")
    publish.build_book(open_study(), force=True, say=lambda _: None)
    assert "https://github.com/someone/something/edit/main/book/argument.md" in page(built, "book/argument")


def test_no_page_asks_another_host_for_anything(built):
    for path in (built / "_build/html").rglob("*.html"):
        asked = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?:[^"]+)"', path.read_text(encoding="utf-8"))
        assert not asked, path.name


def test_another_study_gets_a_book_of_its_own(built):
    shutil.copytree(PROJECT / "book/replication", built / "book/replication")
    for path in (built / "book/replication").glob("*.md"):
        path.write_text("# {{ study_title }} on {{ study_platform }}\n\nPosts: {{ first_posts }}.\n")
    (built / "data/other").mkdir()
    settings = (built / "data/liu2025/study.yml").read_text(encoding="utf-8").split("decisions:")[0]
    settings = settings.replace("A small study", "Another study")
    settings = settings.replace("  hashtags: {file: hashtags.csv, origin: published}\n", "")
    (built / "data/other/study.yml").write_text(settings, encoding="utf-8")
    show = SHOW.replace('hashtags[["hashtag", "posts"]]', "hashtags")
    make_notebook(built / "notebooks/01-first.ipynb", 'study: str = "liu2025"', FIRST, show)
    (built / "notebooks/02-second.ipynb").unlink()
    pipeline.run(open_study("other"))
    first = publish.build_book(open_study("other"), say=lambda _: None)
    shown = (first.parent / "book/index.html").read_text(encoding="utf-8")
    assert first == built / "_build/studies/other/html/index.html"
    assert "Another study on Somewhere" in shown
    assert "not computable: the study has no hashtags" in shown
    assert load(built / "results/liu2025/values.json")["first_posts"]["value"] == 40
