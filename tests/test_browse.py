import gzip
import importlib
import json
import re
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import coded
from analysis import browse, browse_page, browse_rows, browse_search, currency, publish
from analysis.errors import TableError
from analysis.study import open_study
from evidence_making import study_of_many
from frame_making import written
from making import PROJECT

SECRET = "Nobody else has ever said these very words about noodles"
MANY = 20_000
# What a page may take on its way to a reader, before the theme's own files; a budget of the whole is in the browser.
FIRST_VIEW, ONE_SEARCH = 250_000, 60_000


def content(files, name):
    """What a file hands on."""
    called, told = re.fullmatch(
        r'compendiumEvidence\.take\("([a-z0-9-]+)",(.*)\);\n', files[f"{name}.js"], re.DOTALL
    ).groups()
    assert called == name
    return json.loads(told)


def texts_of(files):
    return [row for name in files if name.startswith("texts-") for row in content(files, name.removesuffix(".js"))]


def found(files, token):
    """The rows in which the index has a word."""
    parts = content(files, "index")["wordsParts"]
    part = content(files, f"words-{browse_search.part_of(browse_search.key_of(token), parts)}")
    return list(pd.Series(part.get(token, []), dtype=int).cumsum())


@pytest.fixture(scope="module")
def original():
    return open_study(root=PROJECT)


@pytest.fixture(scope="module")
def files(original):
    return browse.files_of(original)


@pytest.fixture
def root(tmp_path):
    return coded.beside_the_original(tmp_path)


def make(root, *, quote: str = "none", origin: str = "captured", **more):
    """A small captured study: a post by an arrival, a comment by a local and one below a post that is not there."""
    tables = {
        "posts": coded.frame("posts", post_id=["p1"], creator_id=["u1"], text=[SECRET], likes=[1063], source=["x"],
                             published_at=["2025-01-16T10:00:00Z"], language=["en"]),
        "comments": coded.frame("comments", comment_id=["c1", "c2"], post_id=["p1", "p9"], author_id=["u2", "u3"],
                                text=["面条很好吃😀面", "<script>alert(1)</script>\u2028"], source=["x"] * 2,
                                language=["zh", "xx"], parent_comment_id=["p1", "c1"]),
        "creators": coded.frame("creators", creator_id=["u1", "u2"], side=["newcomer", "host"], source=["x"] * 2),
        "codebook": coded.codebook().assign(basis="own"),
        "codings": coded.frame("codings", coding_id=["k1", "k2"], unit_id=["p1", "c1"], unit_type=["post", "comment"],
                               start=[1, 5], end=[99, 7], code_id=["ask.why", "joke.pun"], coder=["ann"] * 2,
                               round=[1] * 2, source=["x"] * 2),
        **more,
    }  # fmt: skip
    decided = "decisions:\n  coding_unit: {value: text, reason: There are no pictures.}\n"
    return coded.write_study(root, tables, f"privacy: {{quote: {quote}}}\n{decided}", origin)


def test_every_post_and_comment_is_in_the_index_each_post_before_its_comments(original, files):
    index, texts = content(files, "index"), texts_of(files)
    posts, comments = original.table("posts"), original.table("comments")
    assert index["count"] == len(texts) == len(posts) + len(comments)
    assert {row[0] for row in texts} == {*posts["post_id"], *comments["comment_id"]}
    above = ""
    for kind, row in zip(index["kind"], texts, strict=True):
        above = row[0] if kind == 0 else above
        assert row[3] == ("" if kind == 0 else above)


def test_the_columns_of_the_index_say_what_the_tables_say(original, files):
    index, texts = content(files, "index"), texts_of(files)
    posts = original.table("posts").set_index("post_id")
    rows = {row[0]: at for at, row in enumerate(texts)}
    post = posts.iloc[7]
    at = rows[post.name]
    assert index["likes"][at] == post["likes"]
    assert pd.Timestamp(0, tz="UTC") + pd.Timedelta(days=index["day"][at]) == post["published_at"].normalize()
    assert browse.languages_of(original)[index["language"][at]] == post["language"]
    assert {browse.sides_of(original)[side] for side in index["side"]} <= {"newcomer", "host", "unknown"}


def test_the_codings_that_stand_are_on_their_texts_with_their_words(original, files):
    codes = [code["id"] for code in browse_page.codes_of(original)]
    texts = {row[0]: row for row in texts_of(files)}
    codings = original.table("codings").query("round == 2")
    comments = original.table("comments").set_index("comment_id")["text"]
    one = codings[codings["unit_type"] == "comment"].iloc[3]
    span = next(s for s in texts[one["unit_id"]][5] if codes[s[2]] == one["code_id"] and s[3] == one["coder"])
    shown = texts[one["unit_id"]][1].encode("utf-16-le")[2 * span[0] : 2 * span[1]].decode("utf-16-le")
    assert shown == comments[one["unit_id"]][int(one["start"]) : int(one["end"])]


def test_each_row_has_the_set_of_its_codes(files):
    index, texts = content(files, "index"), texts_of(files)
    assert index["sets"][0] == []
    for number, row in zip(index["set"], texts, strict=True):
        assert index["sets"][number] == sorted({span[2] for span in row[5]})


def test_an_identifier_leads_to_its_row(files):
    index, texts = content(files, "index"), texts_of(files)
    for at in (0, 63, 64, 6_000):
        part = content(files, f"ids-{browse_search.part_of(texts[at][0], index['idsParts'])}")
        assert part[texts[at][0]] == at


@pytest.mark.parametrize("word", ["fortune", "英语", "角"])
def test_a_word_leads_to_the_texts_that_hold_it(files, word):
    texts = [browse_search.folded(row[1]) for row in texts_of(files)]
    if word == "角":
        # A sign by itself is in the index only where it ends a run; within a run it begins a pair.
        expected = [at for at, text in enumerate(texts) if re.search(f"{word}(?![{browse_search.SIGNS}])", text)]
    else:
        bound = r"(?<![a-z0-9])fortune(?![a-z0-9])" if word == "fortune" else word
        expected = [at for at, text in enumerate(texts) if re.search(bound, text)]
    assert found(files, word) == expected
    assert expected


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("I LOVE it", {"i", "love", "it"}), ("Ｃａｆé", {"cafe"}), ("学English", {"学", "english"}),
        ("英语角", {"英语", "语角", "角"}), ("ひらがな", {"ひら", "らが", "がな", "な"}), ("...", set()),
        ("สวัสดี", {"สว", "วั", "ัส", "สด", "ดี", "ี"}), ("한국어 말", {"한국어", "말"}),
    ],
)  # fmt: skip
def test_a_text_is_cut_into_words_and_pairs_of_signs(text, tokens):
    assert browse_search.tokens(unicodedata.normalize("NFC", text)) == tokens


def test_captured_texts_are_not_in_any_file_unless_they_may_be_quoted(root):
    everything = "".join(browse.files_of(make(root)).values()).casefold()
    for secret in ("noodles", "nobody", "面条", "p1", "c1", "u1", "1063"):
        assert secret not in everything
    assert "noodles" in "".join(browse.files_of(make(root, quote="all")).values())


def test_a_text_that_is_not_shown_says_so_and_keeps_its_codes_without_a_span(root):
    post = next(row for row in texts_of(browse.files_of(make(root))) if row[5] and row[3] == "")
    assert (post[1], browse_rows.TOLD[post[2]]) == ("", "hidden")
    assert [span[:2] for span in post[5]] == [[-1, -1]]


def test_of_a_list_only_the_texts_on_it_are_quoted(root):
    shown = {row[1] for row in texts_of(browse.files_of(make(root, quote="[p1]")))}
    assert shown == {f"\n{SECRET}", ""}


def test_a_gist_takes_the_place_of_the_text(root):
    gists = pd.DataFrame({"unit_id": ["p1"], "gist": ["Likes food."], "coder": ["ann"]})
    study = make(root, gists=gists)
    rows = texts_of(browse.files_of(study))
    assert ("Likes food.", "gist") in {(row[1], browse_rows.TOLD[row[2]]) for row in rows}
    assert found(browse.files_of(study), "likes")


def test_an_opening_that_several_people_share_is_shown_as_an_opening(root):
    ids = [f"q{n}" for n in range(4)]
    texts = [f"Good morning to all of you out there {n} today and ever" for n in range(4)]
    posts = coded.frame("posts", post_id=ids, creator_id=ids, text=texts, source=["x"] * 4, language=["en"] * 4)
    none = coded.frame("codings", coding_id=[], unit_id=[], unit_type=[], code_id=[], coder=[], round=[], source=[])
    comments = coded.frame("comments", comment_id=[], post_id=[], text=[], source=[])
    rows = texts_of(browse.files_of(make(root, posts=posts, comments=comments, codings=none)))
    assert {browse_rows.TOLD[row[2]] for row in rows} == {"opening"}
    assert {row[1].strip() for row in rows} == {"Good morning to…"}


def test_days_and_likes_of_captured_texts_are_made_coarse(root):
    index = content(browse.files_of(make(root)), "index")
    post = index["kind"].index(0)
    assert pd.Timestamp(0) + pd.Timedelta(days=index["day"][post]) == pd.Timestamp("2025-01-13")
    assert index["likes"][post] == 1000
    quoted = content(browse.files_of(make(root, quote="all")), "index")
    assert quoted["likes"][quoted["kind"].index(0)] == 1063


def test_what_is_missing_is_no_zero(root):
    index = content(browse.files_of(make(root)), "index")
    comments = [at for at, kind in enumerate(index["kind"]) if kind == 1]
    assert {index["likes"][at] for at in comments} == {-1}
    assert {index["day"][at] for at in comments} == {-1}


def test_a_comment_whose_post_is_not_there_belongs_to_no_thread(root):
    index = content(browse.files_of(make(root, quote="all")), "index")
    assert index["orphan"] == [0, 0, 1]


def test_a_language_that_is_no_sides_is_another(root):
    study = make(root, quote="all")
    index = content(browse.files_of(study), "index")
    assert [browse.languages_of(study)[place] for place in index["language"]] == ["en", "zh", "other"]


@pytest.mark.parametrize(("script", "told"), [("Han", "en"), ("Latin", "unknown")])
def test_a_language_that_nobody_told_is_told_by_script_where_scripts_differ(root, script, told):
    posts = coded.frame("posts", post_id=["p1"], creator_id=["u1"], text=[SECRET], source=["x"])
    study = make(root, posts=posts, quote="all")
    settings = study.folder / "study.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("script: Han", f"script: {script}"), "utf-8")
    study = open_study(study.name, root)
    index = content(browse.files_of(study), "index")
    assert browse.languages_of(study)[index["language"][index["kind"].index(0)]] == told


def test_where_nothing_was_coded_and_no_evidence_is_shown_there_is_no_code_to_filter_by(root):
    study = make(root)
    assert browse_page.codes_of(study)
    settings = study.folder / "study.yml"
    kept = [line for line in settings.read_text(encoding="utf-8").splitlines() if not line.startswith("  codings:")]
    settings.write_text("\n".join(kept) + "\n", "utf-8")
    assert browse_page.codes_of(open_study(study.name, root)) == []


def test_a_span_is_counted_as_scripts_count(root):
    rows = {row[1]: row[5] for row in texts_of(browse.files_of(make(root, quote="all")))}
    assert rows["面条很好吃😀面"] == [[5, 8, 6, "ann"]]


def test_a_span_that_ends_after_its_text_ends_with_it(root):
    rows = {row[1]: row[5] for row in texts_of(browse.files_of(make(root, quote="all")))}
    assert rows[f"\n{SECRET}"][0][:2] == [1, len(SECRET) + 1]


def test_nothing_in_a_file_ends_a_script_or_a_line(root):
    files = browse.files_of(make(root, quote="all"))
    for text in files.values():
        assert not re.search("[<>&\u2028\u2029]", text)
        assert text.count("\n") == 1
    assert "<script>alert(1)</script>\u2028" in {row[1] for row in texts_of(files)}


def test_a_code_that_the_codebook_lacks_is_an_error(root):
    codings = coded.frame("codings", coding_id=["k1"], unit_id=["p1"], unit_type=["post"], code_id=["ask.whi"],
                          coder=["ann"], round=[1], source=["x"])  # fmt: skip
    with pytest.raises(TableError, match=r"code 'ask\.whi' is not in the codebook\. Nearest: 'ask\.why'"):
        browse.files_of(make(root, codings=codings))


def test_a_study_without_texts_has_no_files(root):
    posts = coded.frame("posts", post_id=[], creator_id=[], text=[], source=[])
    comments = coded.frame("comments", comment_id=[], post_id=[], text=[], source=[])
    assert browse.files_of(make(root, posts=posts, comments=comments)) == {}


def test_a_study_without_codings_has_texts_without_codes(root):
    study = make(root, quote="all")
    text = (study.folder / "study.yml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith(("  codings:", "  codebook:"))]
    (study.folder / "study.yml").write_text("\n".join(lines) + "\n")
    study = open_study("mine", root)
    assert content(browse.files_of(study), "index")["sets"] == [[]]
    assert browse_page.codes_of(study) == []


@pytest.mark.parametrize("named", ["posts", "posts/*.parquet"])
def test_posts_that_stay_in_their_files_do_not_keep_the_comments_away(root, named):
    study = make(root)
    path = study.folder / "study.yml"
    path.write_text(path.read_text().replace("file: posts.csv", f"file: {named}"))
    (study.folder / "posts").mkdir()
    assert browse_rows.shown_rows(open_study("mine", root)).reason == f"{Path(named).name} is not here"
    written(pd.DataFrame({"post_id": ["p1"]}), study.folder / "posts/part.parquet")
    assert list(browse_rows.shown_rows(open_study("mine", root))["kind"]) == ["comment", "comment"]


def test_rows_are_named_by_digests_where_there_is_a_key(root):
    study = make(root, quote="all")
    study.key_file.parent.mkdir()
    study.key_file.write_text("ab" * 32 + "\n")
    names = [row[0] for row in texts_of(browse.files_of(open_study("mine", root)))]
    assert all(re.fullmatch("~[0-9a-f]{12}", name) for name in names)
    assert len(set(names)) == 3


def test_without_a_key_the_names_of_rows_do_not_tell_the_order_of_their_identifiers(root):
    ids = [f"c{number:02}" for number in range(20)]
    comments = coded.frame("comments", comment_id=ids, post_id=["p1"] * 20, author_id=["u2"] * 20, text=["hm"] * 20,
                           source=["x"] * 20, language=["en"] * 20)  # fmt: skip
    study = make(
        root, comments=comments, codings=coded.frame("codings", **{name: [] for name in ("coding_id", "unit_id")})
    )
    named = browse_rows.shown_rows(study).set_index("unit_id")["shown_id"].sort_index()
    assert sorted(named) == sorted(f"n{place}" for place in range(1, 22))
    places = [int(name.removeprefix("n")) for name in named]
    assert places not in (sorted(places), sorted(places, reverse=True))
    assert browse_rows.shown_rows(study).set_index("unit_id")["shown_id"].sort_index().equals(named)


def test_a_licence_is_the_compendiums_own_or_what_the_capture_says(root):
    study = make(root)
    assert browse_page.licence_of(open_study(root=root)) == "CC BY 4.0"
    assert browse_page.licence_of(study) == ""
    with (study.folder / "study.yml").open("a") as file:
        file.write("capture: {licence: CC BY-NC 4.0}\n")
    assert browse_page.licence_of(open_study("mine", root)) == "CC BY-NC 4.0"


def test_the_files_are_the_same_each_time(original, files):
    assert browse.files_of(original) == files


def test_a_piece_of_evidence_knows_the_claims_that_rest_on_it(original):
    evidence = {row["evidence_id"]: row for row in browse_page.evidence_of(original)}
    assert len(evidence) == len(original.table("evidence"))
    assert "c007" in {claim for claim, _ in evidence["e01"]["claims"]}
    assert {"e10", "e16"} <= {name for name, row in evidence.items() if "c047" in {claim for claim, _ in row["claims"]}}


def test_evidence_by_both_sides_is_found_with_either(original):
    rows = {row["id"]: row for row in browse_page.setting_of(original)["article"]["rows"]}
    assert (rows["e02"]["sides"], rows["e01"]["sides"], rows["e11"]["sides"]) == ([0, 1], [1], [2])


def test_claims_of_another_study_do_not_rest_on_evidence_of_ones_own(root):
    evidence = coded.frame("evidence", evidence_id=["e01"], section=["1"], form=["post"], speaker_side=["host"],
                           languages=["en"], translated=["false"], gist=["Asks."], code_ids=["ask.why"])  # fmt: skip
    study = make(root, evidence=evidence)
    settings = study.folder / "study.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("tables:\n", "tables:\n  claims: {from: liu2025}\n"), encoding="utf-8")
    (row,) = browse_page.evidence_of(open_study(study.name, root))
    assert (row["evidence_id"], row["claims"]) == ("e01", [])


@pytest.mark.parametrize("ledger", [True, False], ids=["with ledger", "without"])
def test_a_claim_leads_to_the_ledger_only_where_the_book_has_one(original, monkeypatch, ledger):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    page = importlib.import_module("compendium_evidence")
    config = SimpleNamespace(compendium_study="liu2025", compendium_root=str(PROJECT), language="en")
    found = {"book/evidence", *["book/ledger"] * ledger}
    app = SimpleNamespace(config=config, env=SimpleNamespace(docname="book/evidence", found_docs=found))
    shown = page._page(page.Parts(app, ""))
    assert ("ledger.html" in shown) == ledger
    assert re.search(r'title="[^"]+">c007</', shown)


def test_evidence_of_another_study_is_left_to_its_book(root):
    study = make(root)
    text = (study.folder / "study.yml").read_text()
    (study.folder / "study.yml").write_text(text.replace("tables:\n", "tables:\n  evidence: {from: liu2025}\n"))
    assert browse_page.evidence_of(open_study("mine", root)) == []


def test_the_book_is_built_anew_when_the_browser_is_made_otherwise(tmp_path):
    made = {f"analysis.{path.stem}" for path in (PROJECT / "src/analysis").glob("browse*.py")}
    behind = currency.code_of(publish._code_of_book(PROJECT), tmp_path).values()
    assert made
    assert made <= {module for modules in behind for module in modules}


def test_twenty_thousand_rows_stay_within_their_sizes(tmp_path):
    files = browse.files_of(study_of_many(tmp_path, PROJECT, MANY))
    sizes = {name: len(gzip.compress(text.encode(), mtime=0)) for name, text in files.items()}
    assert content(files, "index")["count"] == MANY
    texts = [size for name, size in sizes.items() if name.startswith("texts-")]
    # The first view takes the index and one part of the texts; the rest waits until it is shown or sought.
    assert sizes["index.js"] + max(texts) < FIRST_VIEW
    assert max(size for name, size in sizes.items() if name.startswith("words-")) < ONE_SEARCH
    assert len(texts) == -(-MANY // browse.ROWS_A_PART)
