import re

import pandas as pd
import pytest
import yaml

import coded
from analysis import code_pages, excerpts, publish
from analysis.coded import coded_of
from analysis.computable import NotComputable
from analysis.study import open_study
from making import PROJECT

SECRET = "Nobody else has ever said these very words about noodles"
TOLD = "She likes noodles."


@pytest.fixture(scope="module")
def original():
    return code_pages.pages_of(open_study(root=PROJECT))


@pytest.fixture
def root(tmp_path):
    return coded.beside_the_original(tmp_path)


def make(root, *, quote: str = "none", texts: tuple[str, ...] = (SECRET,), origin: str = "captured", **more):
    """A small captured study whose one coder gave one code to each post."""
    ids = [f"p{n}" for n in range(len(texts))]
    count, span = len(ids), [0] * len(ids)
    tables = {
        "posts": coded.frame("posts", post_id=ids, creator_id=["u1"] * count, text=list(texts), source=["x"] * count,
                             language=["en"] * count),
        "comments": coded.frame("comments", comment_id=[], post_id=[], text=[]),
        "codebook": coded.codebook().assign(basis="own"),
        "codings": coded.frame("codings", coding_id=ids, unit_id=ids, unit_type=["post"] * count, start=span,
                               end=[len(text) + 1 for text in texts], code_id=["ask.why"] * count,
                               coder=["ann"] * count, round=[1] * count, source=["x"] * count),
        **more,
    }  # fmt: skip
    decided = "decisions:\n  coding_unit: {value: post, reason: There are no pictures.}\n"
    return coded.write_study(root, tables, f"privacy: {{quote: {quote}}}\n{decided}", origin)


def test_each_code_has_a_page_and_the_index_links_them_all(original):
    study = open_study(root=PROJECT)
    codes = (study.table("codebook")["level"] == "code").sum()
    pending = coded_of(study).to_code_again["code_id"].nunique()
    assert pending == 1
    assert len(original) == codes + pending + 1
    links = re.findall(r"\]\((.+?)\.md\)", original["index"])
    assert links == list(original)[1:]


def test_a_page_holds_definition_history_counts_agreement_neighbours_and_excerpts(original):
    page = original["community-atmosphere-welcoming-tone"]
    assert page.startswith("# Welcoming tone\n")
    headings = re.findall("^## (.+)$", page, re.MULTILINE)
    assert headings == [
        "How often it was given", "How it came about", "How far coders agree on it", "Which codes stand beside it",
        "What is shown for it", "Where it was given",
    ]  # fmt: skip
    assert "<dt>Give it to</dt><dd>Greetings with an invitation" in page
    assert "Praise and welcome stood in the same sentences" in page
    assert 'origin-published">published' not in page.split("## Where it was given")[1]
    assert page.split("## Where it was given")[1].count("origin-stand-in") == excerpts.SHOWN


def test_what_is_published_stands_apart_from_what_was_made_up(original):
    shown, given = original["naturalistic-interaction-exposure"].split("## What is shown for it")[1].split("## Where")
    assert "origin-published" in shown
    assert "origin-stand-in" not in shown
    assert "origin-published" not in given


def test_a_code_without_changes_and_without_evidence_says_so(root):
    page = code_pages.pages_of(make(root))["ask-how"]
    assert "no change to it is recorded" in page
    assert "the study has no evidence" in page
    assert "No coding of it stands." in page


def test_results_that_are_not_there_are_told_with_their_reason(root):
    page = code_pages.pages_of(make(root))["ask-why"]
    for table in ("05-coding-frequencies", "07-agreement-codes", "05-coding-pairs"):
        assert f"no notebook has shown the table {table} yet" in page


def test_captured_words_are_not_shown_unless_they_may_be(root):
    page = code_pages.pages_of(make(root))["ask-why"]
    assert "noodles" not in page
    assert "Of 1 nothing is shown, so that nobody can be found by their words." in page
    assert f'<q lang="en">{SECRET}</q>' in code_pages.pages_of(make(root, quote="all"))["ask-why"]
    assert f'<q lang="en">{SECRET}</q>' in code_pages.pages_of(make(root, quote="[p0]"))["ask-why"]
    assert "noodles" not in code_pages.pages_of(make(root, quote="[q9]"))["ask-why"]


def test_made_up_codings_of_captured_words_do_not_make_the_words_public(root):
    study = make(root)
    text = (
        (study.folder / "study.yml")
        .read_text()
        .replace("codings: {file: codings.csv, origin: captured}", "codings: {file: codings.csv, origin: stand-in}")
    )
    (study.folder / "study.yml").write_text(text)
    assert "noodles" not in code_pages.pages_of(open_study("mine", root))["ask-why"]


def test_a_coders_gist_is_shown_in_place_of_the_text_even_where_it_may_be_quoted(root):
    gists = coded.frame("gists", unit_id=["p0"], gist=[TOLD])
    page = code_pages.pages_of(make(root, quote="all", gists=gists))["ask-why"]
    assert f'<q lang="en">{TOLD}</q>' in page
    assert SECRET not in page


def test_a_gist_that_repeats_its_text_is_no_excerpt(root):
    gists = coded.frame("gists", unit_id=["p0"], gist=[SECRET])
    page = code_pages.pages_of(make(root, gists=gists))["ask-why"]
    assert "Of 1 nothing is shown, so that nobody can be found by their words." in page
    assert "<q" not in page


def test_identifiers_in_a_definition_become_names_that_lead_to_what_they_name(root):
    told = {
        "definition": "Not a joke (joke.pun); ask.how.", "include": "Any play (play), 笑话（learn.ask）。",
        "exclude": "We play; ask.howl, x.ask.how and ask.how.x are no codes.",
    }  # fmt: skip
    codebook = coded.codebook().assign(basis="own", **told)
    pages = code_pages.pages_of(make(root, codebook=codebook))
    assert '<dd>Not a joke (<a href="joke-pun.html">Pun</a>); <a href="ask-how.html">How</a>.</dd>' in pages["ask-why"]
    ways = ('<a href="index.html#entry-play">Play</a>', '<a href="index.html#entry-learn-ask">Ask</a>')
    assert f"<dd>Any play ({ways[0]}), 笑话（{ways[1]}）。</dd>" in pages["ask-why"]
    assert f"<dd>{told['exclude']}</dd>" in pages["ask-why"]
    assert "\n(entry-play)=\n## Play\n" in pages["index"]
    assert "\n(entry-learn-ask)=\n### Ask\n" in pages["index"]


def test_a_text_of_several_lines_and_with_markup_stays_one_line_of_text(root):
    hostile = "<script>alert(1)</script>\n\n# A title {{ no_value }}\n\n<b>bold"
    page = code_pages.pages_of(make(root, quote="all", texts=(hostile,)))["ask-why"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; # A title {{ no_value }} &lt;b&gt;bold" in page
    assert "<script>" not in page


def test_a_definition_of_several_lines_stays_inside_its_html(root):
    codebook = coded.codebook().assign(basis="own", definition="First.\n\n# Second {{ no_value }}")
    page = code_pages.pages_of(make(root, codebook=codebook))["ask-why"]
    assert "<dd>First. # Second {{ no_value }}</dd>" in page


def test_at_most_so_many_excerpts_are_shown_one_of_a_post(root):
    texts = tuple(f"Question number {n}" for n in range(9))
    page = code_pages.pages_of(make(root, quote="all", texts=texts))["ask-why"]
    assert page.count("<li>") == excerpts.SHOWN
    assert "Shown: 6 of 9 passages and whole texts that were given it" in page


def test_a_name_with_markup_is_text_in_a_heading():
    shown = code_pages.in_markdown("*a* {{ b }} [c](d) <e> #f\ng")
    assert not re.search(r"[*{}\[\]<>]", shown)
    assert code_pages.in_markdown("Welcoming tone, 欢迎") == "Welcoming tone, 欢迎"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["a.b", "A b", "a-b"], ["a-b", "a-b-2", "a-b-3"]),
        (["index", "问"], ["index-code", "code"]),
        (["a", "a-2", "A"], ["a", "a-2", "a-3"]),
    ],
)
def test_pages_have_names_that_any_file_system_takes_each_its_own(codes, expected):
    assert list(code_pages.page_names(pd.Series(codes)).values()) == expected


def test_a_study_without_codebook_has_no_pages(root):
    study = make(root)
    text = (study.folder / "study.yml").read_text().replace("  codebook: {file: codebook.csv, origin: captured}\n", "")
    (study.folder / "study.yml").write_text(text)
    assert code_pages.pages_of(open_study("mine", root)) == {}


def test_a_study_without_codings_has_pages_that_say_so(root):
    study = make(root)
    text = (study.folder / "study.yml").read_text().replace("  codings: {file: codings.csv, origin: captured}\n", "")
    (study.folder / "study.yml").write_text(text)
    assert "the study has no codings" in code_pages.pages_of(open_study("mine", root))["ask-why"]


def test_the_pages_stand_in_the_contents_below_the_codebook_or_the_coding():
    toc = yaml.safe_load((PROJECT / "_toc.yml").read_text(encoding="utf-8"))
    placed = publish._with_codes(toc, ["index", "a"])
    (codebook,) = [each for part in placed["parts"] for each in part["chapters"] if each["file"] == "book/codebook"]
    assert codebook["sections"] == [{"file": "book/codes/index", "sections": [{"file": "book/codes/a"}]}]
    replication = {"parts": [{"chapters": [{"file": "results/x/notebooks/05-coding"}]}]}
    assert "sections" in publish._with_codes(replication, ["index", "a"])["parts"][0]["chapters"][0]
    assert "sections" not in publish._with_codes({"chapters": [{"file": "book/codebook"}]}, [])["chapters"][0]


def test_the_pages_are_laid_out_anew_among_the_sources(root):
    stale = root / publish.CODES / "gone.md"
    stale.parent.mkdir(parents=True)
    stale.write_text("# Gone")
    toc = publish._lay_out_codes(open_study(root=root), root, {"index": "# Codes\n", "a": "# A\n"})
    assert sorted(path.name for path in stale.parent.iterdir()) == ["a.md", "index.md"]
    assert "book/codes/a" in toc.read_text(encoding="utf-8")
    assert "book/codes" not in (root / "_toc.yml").read_text(encoding="utf-8")


def test_a_pair_is_told_by_the_other_code():
    pairs = pd.DataFrame({
        "code_1": ["a", "b"], "code_2": ["b", "c"], "name_1": ["A", "B"], "name_2": ["B", "C"], "together": [3, 2],
        "coefficient": [0.5, 0.2], "uneven": [False, False],
    })  # fmt: skip
    assert code_pages._pairs_with(pairs, "b")["code"].tolist() == ["A", "C"]
    assert code_pages._pairs_with(pairs, "z").reason == "it stands on no unit together with another code"
    absent = NotComputable("no notebook has shown it")
    assert code_pages._pairs_with(absent, "z") == absent
