"""Two studies side by side, on results that are written by hand."""

import functools
import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from analysis import comparison, exchange
from analysis.comparable import (
    CHOICE,
    EVENT,
    LIMIT,
    MADE_UP,
    NEEDS,
    NO_CODINGS,
    NO_NUMBER,
    OTHER_CODEBOOK,
    PRINT,
    PROPOSAL,
    READING,
    SCENE,
    THEORY,
    TOO_FEW,
)
from analysis.compared import AGREES, CANNOT, DIFFERS
from analysis.computable import NotComputable
from analysis.errors import StudyError
from analysis.intervals import Interval, intervals_of
from analysis.study import open_study
from making import PROJECT

SETTINGS = """
title: Another meeting
platform: Elsewhere
sides:
  newcomer: {label: arrivals, language: es, language_name: Spanish, script: Latin}
  host: {label: locals, language: ja, language_name: Japanese, script: Kana}
tables:
  posts: {file: posts.csv, origin: captured}
  codings: {file: codings.csv, origin: captured}
  codebook: {from: liu2025}
  claims: {from: liu2025}
decisions:
  posts_wanted: {value: 100, reason: As many as two people can read.}
"""
NO_CODINGS_TOLD = "the study has no codings"
READ = 120


def value(found, origin="captured", unit="posts", missing=""):
    text = f"not computable: {missing}" if missing else str(found)
    return {
        "value": found,
        "text": text,
        "unit": unit,
        "origin": origin,
        "missing": missing,
        "notebook": "x",
        "claim": "",
    }


VALUES = {
    "sample_posts": value(86), "sample_creators": value(40, unit="creators"), "corpus_posts": value(600),
    "corpus_share_newcomer_language": value(0.58, unit="share"), "exchange_reciprocal_share": value(0.25, unit="share"),
    "exchange_pairs": value(80, unit="pairs"), "exchange_replies": value(None, missing="the capture has no replies"),
    "affordances_patterns": value(3, "published", "patterns"), "frame_hashtags": value(None, missing="none recorded"),
}  # fmt: skip


def lay_out(root):
    """The original with its committed results."""
    for name in ("_config.yml", "data/liu2025", "results/liu2025/values.json", "results/liu2025/index.json"):
        source, target = PROJECT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.copytree(PROJECT / "results/liu2025/tables", root / "results/liu2025/tables")
    return root


def make(root, given=None, read=READ, settings=SETTINGS, values=VALUES, name="other"):
    """A replication out of how many units hold each entry of the codebook; None: without codings."""
    folder = root / "results" / name
    (folder / "tables").mkdir(parents=True)
    (root / "data" / name).mkdir()
    (root / "data" / name / "study.yml").write_text(settings, encoding="utf-8")
    (folder / "values.json").write_text(json.dumps(values))
    (folder / "index.json").write_text(json.dumps(index_of(folder, given, read)))
    return open_study(name, root)


@pytest.fixture
def root(tmp_path):
    return lay_out(tmp_path)


@pytest.fixture
def replicate(root):
    return functools.partial(make, root)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """The claims beside a replication in which every code occurs."""
    root = lay_out(tmp_path_factory.mktemp("everything"))
    return compared(root, make(root, EVERYTHING))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory):
    """The claims beside a replication without codings."""
    root = lay_out(tmp_path_factory.mktemp("nothing"))
    return compared(root, make(root))


def index_of(folder, given, read):
    levels = {"patterns": 0, "themes": 1, "frequencies": 2}
    names = [f"05-coding-{level}" for level in (*levels, "density")]
    if given is None:
        return {f"{name}.table": {"missing": NO_CODINGS_TOLD, "texts": []} for name in names}
    codebook = open_study("liu2025", PROJECT).table("codebook")
    for level, dots in levels.items():
        rows = codebook[codebook["code_id"].str.count(r"\.") == dots][["code_id", "name"]]
        hits = rows["code_id"].map(given).fillna(0).astype(int)
        write(folder, f"05-coding-{level}", rows.assign(units=hits, **ends(hits, read)))
    write(folder, "05-coding-density", pd.DataFrame({"codes": [0, 1], "units": [10, read - 10]}))
    return {f"{name}.table": {"missing": "", "texts": ["code_id", "name"]} for name in names}


def ends(hits, read):
    intervals = [exchange.interval(min(hit, read), read, 0.95) for hit in hits]
    return {end: [found[end] for found in intervals] for end in ("low", "high")}


def write(folder, name, table):
    (folder / "tables" / f"{name}.csv").write_text(table.to_csv(index=False))


def compared(root, study):
    table = comparison.side_by_side(open_study(root=root), study)
    return table.set_index("claim_id")


EVERYTHING = dict.fromkeys(open_study("liu2025", PROJECT).table("codebook")["code_id"], 30)


def test_every_claim_has_a_verdict_and_a_reason_in_a_sentence(everything):
    table = everything
    assert len(table) == len(open_study("liu2025", PROJECT).table("claims"))
    assert set(table["verdict"]) <= {AGREES, DIFFERS, CANNOT}
    assert table["why"].str.endswith(".").all()
    assert table.loc[table["verdict"] == CANNOT, "reason"].notna().all()
    assert table.loc[table["verdict"] != CANNOT, "reason"].isna().all()


def test_no_sentence_says_what_is_true(root, replicate, everything, nothing):
    for table in (everything, nothing, compared(root, replicate({}))):
        assert not table["why"].str.contains(r"\b(?:true|false|confirm|refut|prove)", regex=True).any()


def test_a_theme_that_occurs_agrees_with_its_share_and_its_interval(everything):
    row = everything.loc["c080"]
    assert row["verdict"] == AGREES
    assert row["this_study"] == "Role reversal: 30 of 120"
    assert row["interval"] == "18.1 % to 33.4 % of 120 units read"
    assert row["original"] == "3 excerpts and 1 picture"


def test_a_theme_that_was_announced_and_not_shown_agrees_when_it_is_met(everything):
    row = everything.loc["c081"]
    assert (row["verdict"], row["original"]) == (AGREES, "no excerpt")


def test_a_theme_that_never_occurs_differs_once_enough_was_read(root, replicate):
    row = compared(root, replicate({**EVERYTHING, "naturalistic.reversal": 0})).loc["c080"]
    assert row["verdict"] == DIFFERS
    assert row["why"] == "'Role reversal': never given on 120 units read; at most 3.1 % of such units would hold it."


@pytest.mark.parametrize(("read", "verdict"), [(72, CANNOT), (73, DIFFERS)])
def test_enough_is_where_no_more_than_one_in_twenty_could_hold_it(root, replicate, read, verdict):
    row = compared(root, replicate({**EVERYTHING, "naturalistic.reversal": 0}, read)).loc["c080"]
    assert row["verdict"] == verdict


def test_a_theme_that_never_occurs_in_little_cannot_be_compared(root, replicate):
    row = compared(root, replicate({"naturalistic": 5}, read=20)).loc["c080"]
    assert (row["verdict"], row["reason"]) == (CANNOT, TOO_FEW)
    assert row["why"] == "'Role reversal': never given on 20 units read, too few to tell: up to 16 % could hold it."


def test_a_claim_that_rests_on_several_themes_differs_where_one_is_never_met(root, replicate):
    row = compared(root, replicate({**EVERYTHING, "community.mentorship": 0})).loc["c015"]
    assert row["verdict"] == DIFFERS
    assert row["why"].startswith("'Mentorship and support networks': never given")
    assert row["interval"] is None or pd.isna(row["interval"])


def test_patterns_agree_by_how_many_of_them_occur(everything):
    table = everything
    assert table.loc["c077", ["original", "this_study", "verdict"]].tolist() == ["3 patterns", "3 of 3 occur", AGREES]
    assert table.loc["c103", ["original", "this_study", "verdict"]].tolist() == ["2 themes", "2 of 2 occur", AGREES]


def test_a_pattern_that_is_missing_makes_their_number_differ(root, replicate):
    row = compared(root, replicate({**EVERYTHING, "identity": 0})).loc["c077"]
    assert (row["this_study"], row["verdict"]) == ("2 of 3 occur", DIFFERS)


@pytest.mark.parametrize(("found", "verdict"), [(3, AGREES), (4, DIFFERS)])
def test_the_patterns_of_a_codebook_of_ones_own_are_compared_as_numbers(root, replicate, found, verdict):
    values = {**VALUES, "affordances_patterns": value(found, unit="patterns")}
    row = compared(root, replicate(None, values=values)).loc["c077"]
    assert (row["original"], row["this_study"], row["verdict"]) == ("3 patterns", f"{found} patterns", verdict)


def test_without_codings_what_rests_on_them_cannot_be_compared(nothing):
    row = nothing.loc["c080"]
    assert (row["verdict"], row["reason"]) == (CANNOT, NO_CODINGS)
    assert row["why"] == "It rests on what coders gave, and here the study has no codings."


def test_codings_by_another_codebook_cannot_be_compared(root, replicate):
    study = replicate(EVERYTHING)
    for level in comparison.LEVELS:
        path = study.results / f"tables/05-coding-{level}.csv"
        path.write_text(path.read_text().replace("naturalistic", "native"))
    assert compared(root, study).loc["c080", "reason"] == OTHER_CODEBOOK


def test_made_up_codings_of_the_replication_are_no_evidence_either(root, replicate):
    settings = SETTINGS.replace("codings.csv, origin: captured", "codings.csv, origin: stand-in")
    table = compared(root, replicate(EVERYTHING, settings=settings))
    assert table.loc["c080", "reason"] == MADE_UP
    assert set(table["verdict"]) == {CANNOT}


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("c069", CHOICE), ("c066", CHOICE), ("c053", EVENT), ("c017", EVENT), ("c050", EVENT), ("c001", PRINT),
        ("c012", PRINT), ("c097", SCENE),
        ("c122", SCENE), ("c151b", SCENE), ("c039", THEORY), ("c048b", THEORY), ("c014", READING), ("c157", PROPOSAL),
        ("c158", PROPOSAL), ("c168", LIMIT), ("c101", NEEDS), ("c100", NO_NUMBER),
    ],
)  # fmt: skip
def test_what_is_no_finding_cannot_be_compared_for_its_own_reason(everything, claim, reason):
    row = everything.loc[claim]
    assert (row["verdict"], row["reason"]) == (CANNOT, reason)


def test_the_size_of_the_sample_is_a_choice_made_alike_or_otherwise(nothing):
    table = nothing
    assert table.loc["c008", "why"].endswith("here it was chosen otherwise, 100 posts wanted.")
    assert table.loc["c006", "why"].endswith("here it was chosen alike, 40 creators wanted.")
    assert table.loc["c008", ["original", "this_study"]].tolist() == ["120 posts", "86 posts"]


def test_what_a_claim_needs_is_told(nothing):
    told = nothing.loc["c101", "why"]
    assert told == "To decide it one needs a measure of skills and confidence, taken at two times."


def test_no_value_of_the_stand_in_is_ever_the_originals(root, replicate):
    made_up = open_study(root=root).values()
    texts = {found["text"] for found in made_up.values() if found["origin"] == "stand-in" and len(found["text"]) > 3}
    table = comparison.values_side_by_side(open_study(root=root), replicate(EVERYTHING))
    assert not texts & set(table["first"])
    assert (table.loc[table["value"] == "corpus: posts", "first"] == comparison.NOT_PUBLISHED).all()


def test_the_originals_number_is_what_the_article_states_first(root, replicate):
    table = comparison.values_side_by_side(open_study(root=root), replicate(None)).set_index("value")
    assert table.loc["sample: posts", ["first", "second"]].tolist() == ["120 posts", "86 posts"]
    assert table.loc["sample: creators", "first"] == "40 creators"


def test_a_share_has_its_interval_and_a_count_says_that_it_has_none(root, replicate):
    table = comparison.values_side_by_side(open_study(root=root), replicate(None)).set_index("value")
    assert table.loc["exchange: reciprocal share", "interval_of_second"] == "16.8 % to 35.5 % of 80 pairs"
    assert table.loc["corpus: posts", "interval_of_second"] == comparison.NONE_NEEDED


def test_what_both_only_repeat_from_the_article_is_not_compared(root, replicate):
    table = comparison.values_side_by_side(open_study(root=root), replicate(None))
    assert "affordances: patterns" not in set(table["value"])


def test_a_missing_value_stays_missing_with_its_reason(root, replicate):
    first, second = replicate(None), replicate(None, name="third", values={**VALUES, "exchange_replies": value(7)})
    table = comparison.values_side_by_side(first, second).set_index("value")
    assert table.loc["exchange: replies", "first"] == "not computable: the capture has no replies"
    assert table.loc["exchange: replies", "second"] == "7 posts"


def test_a_replication_makes_no_claims_of_its_own(root, replicate):
    first, second = replicate(None), replicate(None, name="third")
    assert comparison.side_by_side(first, second) == NotComputable("other makes no claims of its own")


def test_the_summary_counts_every_claim_once(root, replicate):
    table = comparison.side_by_side(open_study(root=root), replicate(EVERYTHING))
    counted = comparison.summary(table)
    assert counted[[AGREES, DIFFERS, CANNOT]].to_numpy().sum() == len(table)
    assert comparison.reasons(table)["claims"].is_monotonic_decreasing
    assert comparison.reasons(table)["claims"].sum() == counted[CANNOT].sum()


def test_the_comparison_is_written_beside_the_results_and_is_the_same_twice(root, replicate):
    original, study = open_study(root=root), replicate(EVERYTHING)
    paths = comparison.write_comparison(original, study)
    assert [path.relative_to(root).as_posix() for path in paths] == [
        "results/other/comparison.csv", "results/other/comparison-values.csv",
    ]  # fmt: skip
    before = [path.read_bytes() for path in paths]
    assert [path.read_bytes() for path in comparison.write_comparison(original, study)] == before
    assert not list((root / "results/other").glob(".*"))


def test_another_pair_of_studies_is_written_under_its_own_name(root, replicate):
    (path,) = comparison.write_comparison(replicate(None), replicate(None, name="third"))
    assert path.name == "comparison-with-other-values.csv"


def test_a_study_without_results_is_told_how_to_get_them(root, replicate):
    study = replicate(None)
    (study.results / "values.json").unlink()
    with pytest.raises(StudyError, match=r"results/other/ holds no results. Run: compendium run other"):
        comparison.side_by_side(open_study(root=root), study)


def test_a_study_is_not_compared_with_itself(root):
    original = open_study(root=root)
    with pytest.raises(StudyError, match=r"'liu2025' is compared with itself. Name two studies"):
        comparison.values_side_by_side(original, original)


def test_the_original_is_never_the_one_that_is_compared(root, replicate):
    other = replicate(None)
    with pytest.raises(StudyError, match="Write it first: compendium compare liu2025 other"):
        comparison.check_comparable(other, open_study("liu2025", root))


def test_a_value_is_one_of_the_studys_own_unless_it_is_missing_unpublished_or_made_up():
    cells = pd.Series(["12 posts", "not computable: none were imported", "not published", "stand-in", "yes"])
    assert comparison.has_number(cells).tolist() == [True, False, False, False, True]


def test_an_interval_that_was_resampled_is_taken_as_recorded(replicate):
    ends = {
        f"agreement_alpha_sets{end}": value(found, unit="") for end, found in (("", 0.7), ("_low", 0.6), ("_high", 0.8))
    }
    assert intervals_of(replicate(None, values=ends)) == {"agreement_alpha_sets": Interval(0.6, 0.8)}


def test_a_share_of_posts_is_one_of_the_posts_that_have_words(replicate):
    study = replicate(None)
    languages = pd.DataFrame({"table": ["posts"] * 3 + ["comments"], "language": ["es", "ja", "none", "es"]})
    write(study.results, "02-corpus-languages", languages.assign(rows=[58, 42, 9, 500]))
    index = json.loads((study.results / "index.json").read_text())
    index["02-corpus-languages.table"] = {"missing": "", "texts": ["table", "language"]}
    (study.results / "index.json").write_text(json.dumps(index))
    assert intervals_of(study)["corpus_share_newcomer_language"].told("share") == "48.2 % to 67.2 % of 100 posts"


def test_the_command_prints_what_has_a_verdict_and_counts_the_rest(root, replicate, run_in):
    replicate({**EVERYTHING, "naturalistic.reversal": 0})
    shutil.copytree(PROJECT / "notebooks", root / "notebooks")
    done = run_in(root, "compare", "liu2025", "other")
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert "agrees:" in told
    assert "differs:" in told
    assert "claims cannot be compared; the commonest reasons:" in told
    assert "theory or earlier research" in told
    assert "Wrote results/other/comparison.csv" in told
    assert "In the book: compendium book other, the page 'Claim by claim'." in told
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "results/other are older than what they are computed from (01-frame" in done.stderr


def test_the_command_says_what_is_wrong_and_ends_with_one(root, replicate, run_in):
    done = run_in(root, "compare", "liu2025", "liu2025")
    assert done.returncode == 1
    assert done.stderr == "'liu2025' is compared with itself. Name two studies: compendium compare FIRST SECOND\n"


@pytest.fixture
def run_in():
    def run(folder, *words):
        program = [sys.executable, "-c", "from analysis.cli import main; main()", *words]
        environment = {**os.environ, "COLUMNS": "80", "PYTHONPATH": str(PROJECT / "src")}
        return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False, env=environment)

    return run
