import importlib
import json
import re
import shutil

import pytest
from docutils import nodes

import coded
from analysis import on_page, pipeline, publish, tables
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


def test_absences_of_one_section_are_told_together_and_each_reason_once(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    absent = importlib.import_module("compendium_absent")
    doctree, cell = nodes.document(None, None), nodes.container()
    section, other = nodes.section(), nodes.section()
    doctree += [section, other]
    section += [nodes.raw("", on_page.missing_html("Who <asks>.", "no replies"), format="html"), cell]
    cell += nodes.raw("", on_page.missing_html("Codes.", "no codings"), format="html")
    other += nodes.raw("", on_page.missing_html("Threads.", "no replies"), format="html")
    section += nodes.raw("", on_page.missing_html("Pairs.", "no replies"), format="html")
    assert absent.has_absences(doctree)
    absent.gather_absences(None, doctree, "a page")
    (box,) = section.children
    assert box.astext().count("no replies") == 1
    assert "<dd>Who &lt;asks&gt; · Pairs</dd>" in box.astext()
    assert "<dd>Codes</dd>" in box.astext()
    # One alone stays where it is.
    assert other.astext() == on_page.missing_html("Threads.", "no replies")


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


def test_a_change_of_what_is_cited_or_of_the_repositorys_address_makes_the_book_old(built, monkeypatch):
    digests = {publish._digest(open_study())}
    monkeypatch.setenv("COMPENDIUM_REPOSITORY", "https://github.com/someone/something")
    digests.add(publish._digest(open_study()))
    (built / "CITATION.cff").write_text("title: A small compendium\n", encoding="utf-8")
    digests.add(publish._digest(open_study()))
    assert len(digests) == 3


def test_a_build_that_ends_before_it_is_noted_is_not_called_current_later(built, monkeypatch):
    index, made = built / "book/index.md", built / "_build/.liu2025/_build/html"
    before = index.read_text(encoding="utf-8")

    def make(*_):
        made.mkdir(parents=True)
        (made / "index.html").write_text("new", encoding="utf-8")
        return made

    def stop(path, text):
        if path.suffix == ".digest":
            raise KeyboardInterrupt
        return path.write_text(text, encoding="utf-8")

    monkeypatch.setattr(publish, "_build_all", make)
    index.write_text(f"{before}\nMore.\n", encoding="utf-8")
    with monkeypatch.context() as stopped:
        stopped.setattr(tables, "replace_text", stop)
        with pytest.raises(KeyboardInterrupt):
            publish.build_book(open_study(), say=lambda _: None)
    index.write_text(before, encoding="utf-8")
    told = []
    publish.build_book(open_study(), say=told.append)
    assert told[0] == "Building the book of liu2025 ..."


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


CODED_STUDY = """  codebook: {file: codebook.csv, origin: captured}
  codings: {file: codings.csv, origin: captured}
"""
PAGE_OF_CODES = """# Codebook

See [all codes](codes/index.md).

```{data-table} codebook
:columns: name level
```

```{result-table} 01-first-codes
```
"""
SHOW_CODES = """
show_table("01-first-codes", this.table("codebook")[["code_id", "name"]], caption="Codes.", origin="captured")
"""
SECRET = "Nobody else has said these words about noodles"


def with_codes(root) -> None:
    """A codebook of two codes of one name, a coding of a captured post, and a page that shows the codebook."""
    folder = root / "data/liu2025"
    settings = (folder / "study.yml").read_text(encoding="utf-8").replace("tables:\n", f"tables:\n{CODED_STUDY}", 1)
    (folder / "study.yml").write_text(settings.replace("value: screenshot", "value: post"), encoding="utf-8")
    tables.write_table(coded.codebook().assign(basis="own"), folder / "codebook.csv", "codebook")
    post = {"post_id": ["p1"], "creator_id": ["u1"], "text": [SECRET], "source": ["x"], "language": ["es"]}
    given = coded.codings("p1 ask.why ann 1").assign(source="x")
    tables.write_table(coded.frame("posts", **post), folder / "posts.csv", "posts")
    tables.write_table(given, folder / "codings.csv", "codings")
    make_notebook(root / "notebooks/01-first.ipynb", 'study: str = "liu2025"', FIRST, SHOW, SHOW_CODES)
    (root / "book/codebook.md").write_text(PAGE_OF_CODES, encoding="utf-8")
    toc = (root / "_toc.yml").read_text(encoding="utf-8").replace("book/argument", "book/codebook")
    (root / "_toc.yml").write_text(toc, encoding="utf-8")
    (root / "book/argument.md").unlink()


def test_each_code_has_a_page_to_which_the_tables_of_codes_lead(built_small):
    with_codes(built_small)
    pipeline.run(open_study())
    first = publish.build_book(open_study(), say=lambda _: None)
    html = first.parent
    names = ["ask-how", "ask-why", "joke-pun"]
    assert sorted(path.stem for path in (html / "book/codes").glob("*.html")) == [*names[:2], "index", names[2]]
    codebook = page(built_small, "book/codebook")
    shown, of_result = codebook.split("Codes. <span")
    for name, code in zip(names, ("How", "Why", "Pun"), strict=True):
        assert f'<tr><td><a href="codes/{name}.html">{code}</a></td>' in shown
        assert of_result.count(f'<tr><td><a href="codes/{name}.html">') == 1
    assert "<tr><td>Learn</td>" in shown
    computed = page(built_small, "results/liu2025/notebooks/01-first")
    assert computed.count('<tr><td><a href="../../../book/codes/') == len(names)
    for path in html.rglob("*.html"):
        leads = set(re.findall(r'href="([^":#?]+\.html)', path.read_text(encoding="utf-8")))
        assert [way for way in leads if not (path.parent / way).is_file()] == [], path


def test_pages_of_codes_show_no_captured_words_unless_they_may(built_small):
    with_codes(built_small)
    pipeline.run(open_study())
    built = publish.build_book(open_study(), say=lambda _: None).parent
    why = page(built_small, "book/codes/ask-why")
    assert "Of 1 nothing is shown, so that nobody can be found by their words." in why
    for path in built.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


CLAIMS = """claim_id,section,statement,kind,value,unit,evidence_ids,check,argument,note
c1,5,People <ask> each other.,interpretation,,,e1,excerpts,,
c2,4,Thirty posts were read.,count,30,posts,,stated_alike,posts value=first_posts,
c3,3,A word of theory.,theory,<b>word</b>,,,judgement,,
"""
CODEBOOK = """code_id,name,parent_id,level,definition,include,exclude,basis,section,colour,codable,guid
talk,Talk,,pattern,d,,,named,5,,,
"""
EVIDENCE = """evidence_id,section,figure,source_post,form,speaker_side,addressee_side,languages,translated,gist,\
code_ids,note
e1,5,,,post,host,,ja,false,Asks.,talk,
"""
BESIDE = """# {{ study_newcomers }} and {{ study_hosts }}, {{ study_host_language }}

Captured {{ study_capture_date }}, licence {{ study_capture_licence }}. The original counted {{ original_first_posts }},
and {{ original_second_many }} many.

```{result-table} 02-nothing
:if-recorded:
```

```{comparison-table} summary
```

```{comparison-table} claims
:verdict: agrees
```

```{comparison-table} claims
:verdict: cannot be compared
```

```{comparison-table} values
```
"""


@pytest.fixture
def two(built):
    """An original with three claims, and a replication that has run."""
    folder = built / "data/liu2025"
    tables = {"claims": CLAIMS, "codebook": CODEBOOK, "evidence": EVIDENCE}
    for name, content in tables.items():
        (folder / f"{name}.csv").write_text(content)
    settings = (folder / "study.yml").read_text(encoding="utf-8")
    held = "".join(f"  {name}: {{file: {name}.csv, origin: published}}\n" for name in tables)
    (folder / "study.yml").write_text(settings.replace("tables:\n", f"tables:\n{held}", 1), encoding="utf-8")
    other = settings.split("decisions:")[0].replace("A small study", "Another study").replace("published", "captured")
    (built / "data/other").mkdir()
    shutil.copy(folder / "hashtags.csv", built / "data/other")
    other = other.replace("tables:\n", "capture: {date: in May}\ntables:\n")
    (built / "data/other/study.yml").write_text(other, encoding="utf-8")
    (built / "book/replication").mkdir()
    (built / "book/replication/index.md").write_text("# {{ study_title }}\n")
    (built / "book/replication/comparison.md").write_text(BESIDE, encoding="utf-8")
    pipeline.run(open_study("other"))
    return built


def test_a_replication_stands_beside_the_original_in_groups_that_open(two):
    told = []
    first = publish.build_book(open_study("other"), say=told.append)
    shown = (first.parent / "book/comparison.html").read_text(encoding="utf-8")
    assert "<h1>arrivals and locals, Japanese" in shown
    assert "Captured in May, licence not stated. The original counted" in shown
    assert '<span class="value value-original">40</span>' in shown
    assert "No claim agrees." in shown
    assert re.findall(r"<summary><strong>([^<]+)</strong>", shown)[:3] == [
        "no codings here", "a choice, not a finding", "theory or earlier research",
    ]  # fmt: skip
    assert "People &lt;ask&gt; each other." in shown
    assert "&lt;b&gt;word&lt;/b&gt;" in shown
    assert (two / "results/other/comparison.csv").is_file()
    assert len(list((first.parent / "_downloads").rglob("comparison*.csv"))) == 2


def test_a_change_in_the_original_builds_the_replications_book_anew(two):
    publish.build_book(open_study("other"), say=lambda _: None)
    values = load(two / "results/liu2025/values.json")
    values["second_many"]["text"] = "7"
    (two / "results/liu2025/values.json").write_text(json.dumps(values))
    told = []
    first = publish.build_book(open_study("other"), say=told.append)
    assert any(line.startswith("Built the book of other") for line in told)
    assert '<span class="value value-original">7</span> many' in (first.parent / "book/comparison.html").read_text()


def test_results_that_are_older_than_the_data_are_said_to_be_so(two):
    hashtags = two / "data/other/hashtags.csv"
    hashtags.write_text(hashtags.read_text(encoding="utf-8").replace("first,30,30", "first,31,31"), encoding="utf-8")
    told = []
    publish.build_book(open_study("other"), say=told.append)
    assert told[0].startswith("results/other are older than what they are computed from (")
    assert told[0].endswith("): compendium run other")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("original_first_posts", "original_second_many_more", "original_second_many_more"),
        (":verdict: agrees", ":verdict: holds", "'holds' is not one of agrees, differs, cannot be compared"),
        ("{comparison-table} summary", "{comparison-table} totals", "'totals' is not one of claims, summary, values"),
    ],
    ids=["published value", "verdict", "table"],
)
def test_a_page_that_asks_for_what_no_comparison_has_fails_the_build(two, old, new, said):
    (two / "book/replication/comparison.md").write_text(BESIDE.replace(old, new), encoding="utf-8")
    with pytest.raises(BookError, match="Jupyter Book says") as error:
        publish.build_book(open_study("other"), say=lambda _: None)
    assert said in str(error.value)


def test_the_pages_of_a_replication_are_all_in_its_contents(built):
    shutil.copytree(PROJECT / "book/replication", built / "book/replication")
    toc = publish._toc(open_study())
    listed = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    pages = {f"book/{path.stem}" for path in (PROJECT / "book/replication").glob("*.md")} - {"book/index"}
    assert pages <= set(listed)
    assert [part["caption"] for part in toc["parts"]] == [*publish.PARTS, "The computations"]
