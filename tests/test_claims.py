"""Verdicts come out of tables: change a table, and the verdict changes."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis import claims, references
from analysis.checks.base import (
    CONFLICTS,
    HOLDS,
    JUDGEMENT,
    NEEDS_DATA,
    SUPPORTED,
    TOUCHES,
    Claim,
    Sources,
    check_named,
)
from analysis.computable import NotComputable
from analysis.errors import TableError
from analysis.figures import claims as draw
from analysis.schema import CLAIM_KINDS
from analysis.study import open_study

DAY = pd.Timestamp


@pytest.fixture(scope="module")
def sources() -> Sources:
    this = open_study()
    published = {name: this.table(name) for name in claims.ARTICLE}
    return claims.gather(references.read_bibliography(this.root / "book" / "references.bib"), **published)


@pytest.fixture(scope="module")
def judged(sources: Sources) -> pd.DataFrame:
    return claims.judge(sources["claims"], sources)


def asked(check: str, argument: str = "", value: str = "", *evidence: str) -> Claim:
    return Claim("c999", "9", value, evidence, check, argument)


def changed(sources: Sources, table: str, key: str, column: str, value: object) -> Sources:
    """The sources with one cell changed, the row found by its first column."""
    known = sources[table].copy()
    rows = known[known.columns[0]] == key
    assert rows.any()
    known.loc[rows, column] = value
    return replace(sources, tables={**sources.tables, table: known})


def without(sources: Sources, table: str, *keys: str) -> Sources:
    known = sources[table]
    return replace(sources, tables={**sources.tables, table: known[~known[known.columns[0]].isin(keys)]})


# A claim, its verdict on the article as it is, one cell of a table changed, and the verdict then.
MOVED = [
    (
        "creators alike",
        asked("stated_alike", "creators"),
        CONFLICTS,
        ("sample", "creators-2", "qualifier", "exactly"),
        HOLDS,
    ),
    ("posts differ", asked("stated_alike", "posts"), HOLDS, ("sample", "posts-2", "value", "121"), CONFLICTS),
    (
        "name alike",
        asked("agrees_with", "c001", "Mark Feng Teng"),
        CONFLICTS,
        ("claims", "c001", "value", "Mark Feng Teng"),
        HOLDS,
    ),
    (
        "metric differs",
        asked("hashtag_metric", "rednote posts", "1200000"),
        NEEDS_DATA,
        ("hashtags", "rednote", "posts_printed", "1.3M"),
        CONFLICTS,
    ),
    (
        "first not largest",
        asked("largest_hashtag", "tiktokrefugee"),
        HOLDS,
        ("hashtags", "tiktokban", "posts", 60_000_000),
        CONFLICTS,
    ),
    ("fewer added", asked("hashtags_added", "", "3"), HOLDS, ("hashtags", "refugee", "role", "first"), CONFLICTS),
    (
        "unit unknown",
        asked("units_explained", "M B"),
        HOLDS,
        ("hashtags", "rednote", "views_printed", "81.5K"),
        CONFLICTS,
    ),
    (
        "theme not named",
        asked("counts_rows", "theme community", "2"),
        HOLDS,
        ("codebook", "community.mentorship", "basis", "reconstructed"),
        CONFLICTS,
    ),
    (
        "dates swapped",
        asked("dates_in_order", "received revised"),
        HOLDS,
        ("chronology", "revised", "date", DAY("2025-01-14")),
        CONFLICTS,
    ),
    (
        "no room left",
        asked("nothing_later", "received"),
        HOLDS,
        ("chronology", "pcmag-report", "date", DAY("2025-03-01")),
        CONFLICTS,
    ),
    (
        "read in February",
        asked("within", "metrics-read collection"),
        NEEDS_DATA,
        ("chronology", "metrics-read", "date", DAY("2025-02-02")),
        CONFLICTS,
    ),
    (
        "theme shown",
        asked("theme_has_evidence", "naturalistic.biliteracy"),
        CONFLICTS,
        ("evidence", "e02", "code_ids", "naturalistic.biliteracy.translating"),
        SUPPORTED,
    ),
    (
        "code shown",
        asked("theme_has_evidence", "naturalistic.reversal.platform-guiding"),
        NEEDS_DATA,
        ("evidence", "e02", "code_ids", "naturalistic.reversal.platform-guiding"),
        SUPPORTED,
    ),
    (
        "host speaks",
        asked("spoken_by", "newcomer", "", "e05"),
        SUPPORTED,
        ("evidence", "e05", "speaker_side", "host"),
        CONFLICTS,
    ),
    (
        "number as in the title",
        asked("number_in_title", "kan2025 migrants"),
        JUDGEMENT,
        ("sample", "migrants-1", "qualifier", "exactly"),
        HOLDS,
    ),
    (
        "newcomer's post",
        asked("posts_by", "newcomer", "", "e01", "e20"),
        CONFLICTS,
        ("evidence", "e01", "speaker_side", "newcomer"),
        SUPPORTED,
    ),
    (
        "post in English",
        asked("posts_in", "en", "", "e18"),
        CONFLICTS,
        ("evidence", "e18", "languages", "zh en"),
        SUPPORTED,
    ),
    (
        "both quoted",
        asked("shown_in", "en zh", "", "e09"),
        NEEDS_DATA,
        ("evidence", "e09", "languages", "en zh"),
        SUPPORTED,
    ),
    (
        "number fits",
        asked("numbered_within", "posts", "", "e18"),
        CONFLICTS,
        ("evidence", "e18", "source_post", 78),
        SUPPORTED,
    ),
    (
        "sample larger",
        asked("numbered_within", "posts", "", "e18"),
        CONFLICTS,
        ("sample", "posts-1", "value", "200"),
        SUPPORTED,
    ),
    (
        "not listed",
        asked("cited", "1-kan2025"),
        JUDGEMENT,
        ("citations", "1-kan2025", "reference", "kan2026"),
        CONFLICTS,
    ),
    (
        "now stated",
        asked("left_open", "rounds of coding"),
        NEEDS_DATA,
        ("sample", "rounds of coding-1", "qualifier", "exactly"),
        JUDGEMENT,
    ),
]


@pytest.mark.parametrize(
    ("claim", "before", "change", "after"), [row[1:] for row in MOVED], ids=[row[0] for row in MOVED]
)
def test_a_changed_table_changes_the_verdict(sources, claim, before, change, after):
    decide = check_named(claim.check)
    assert decide(claim, sources).verdict == before
    assert decide(claim, changed(sources, *change)).verdict == after


# Checks whose verdict follows from the claim itself.
GIVEN = [
    ("announced more", asked("as_many_as_listed", "c147 c149", "3"), CONFLICTS),
    ("announced as many", asked("as_many_as_listed", "c147 c149", "2"), HOLDS),
    ("in the title", asked("named_in_title", "benson2015 YouTube"), JUDGEMENT),
    ("not in the title", asked("named_in_title", "kan2025 English-speaking"), JUDGEMENT),
    ("for and against", asked("weighed", "e09", "", "e08", "e09"), JUDGEMENT),
    ("only for", asked("weighed", "e09", "", "e08"), SUPPORTED),
    ("only against", asked("weighed", "e09", "", "e09"), CONFLICTS),
    ("page outside", asked("quotation_traceable", "kramsch2011 664"), CONFLICTS),
    ("page inside", asked("quotation_traceable", "kramsch2008 664"), HOLDS),
    ("work without pages", asked("quotation_traceable", "vanlier2004 4"), JUDGEMENT),
    ("no source", asked("quotation_traceable"), JUDGEMENT),
    ("excerpts", asked("excerpts", "", "", "e03", "e06"), SUPPORTED),
    ("no excerpt", asked("excerpts"), NEEDS_DATA),
    ("speaker not said", asked("spoken_by", "host", "", "e11"), NEEDS_DATA),
    ("both sides speak", asked("spoken_by", "host", "", "e03", "e05"), SUPPORTED),
    ("raw data", asked("raw_data", "the archive"), NEEDS_DATA),
    ("stated once", asked("stated_alike", "screenshots"), NEEDS_DATA),
    ("a reading", asked("judgement"), JUDGEMENT),
    ("proposals", asked("proposals"), JUDGEMENT),
    ("a proposal", asked("proposed", "letters"), JUDGEMENT),
]


@pytest.mark.parametrize(("claim", "verdict"), [row[1:] for row in GIVEN], ids=[row[0] for row in GIVEN])
def test_a_claim_gets_the_verdict_of_its_check(sources, claim, verdict):
    assert check_named(claim.check)(claim, sources).verdict == verdict


def test_every_check_is_tried_here():
    assert {row[1].check for row in (*MOVED, *GIVEN)} == set(TOUCHES)


def test_support_is_counted_in_excerpts_and_pictures(sources):
    found = check_named("excerpts")(asked("excerpts", "", "", "e02", "e03", "e10", "e11"), sources)
    assert found.finding == "Supported by 2 excerpts and 2 pictures."


def test_a_conflict_names_both_places(judged):
    row = judged[judged["check"] == "numbered_within"].query("verdict == 'conflicts'").iloc[0]
    assert row["where"] == "section 5.3; Abstract"
    assert "number 178" in row["finding"]
    assert "120 posts" in row["finding"]


def test_later_dates_of_the_manuscript_that_leave_room_are_told(sources):
    found = check_named("nothing_later")(asked("nothing_later", "received"), sources)
    assert found.finding.endswith("leave room for it: revised 2025-01-19, accepted 2025-01-22.")


def test_posts_of_the_other_side_are_named(sources):
    found = check_named("posts_by")(asked("posts_by", "newcomer", "", "e01", "e09", "e20"), sources)
    assert found.finding == "Of 3 posts quoted, 1 is by the newcomer side; e01, e09 are not."


def test_posts_quoted_by_title_alone_are_told_apart(sources):
    found = check_named("posts_by")(asked("posts_by", "newcomer", "", "e05", "e20"), sources)
    assert found.finding == "Of 2 posts quoted, 1 from the text and 1 by title alone, 2 are by the newcomer side."


def test_a_title_that_is_silent_is_noted_and_no_conflict(sources):
    silent = check_named("named_in_title")(asked("named_in_title", "kan2025 English-speaking"), sources)
    assert silent.noted
    assert "does not say 'English-speaking'; whether the work does is for its reader" in silent.finding
    assert not check_named("named_in_title")(asked("named_in_title", "kan2025 US users"), sources).noted


@pytest.mark.parametrize(
    ("qualifier", "value", "counted", "told"),
    [
        ("more than", "3000000", "", "has 3,000,000; section 1 says more than 3,000,000."),
        ("exactly", "3000000", " US users", "has 3,000,000; the title counts US users, section 1 people."),
        ("exactly", "300000", "", "has 300,000."),
        ("exactly", "4000000", "", "does not give 4,000,000."),
        ("exactly", "3000000", " British users", "has 3,000,000."),
    ],
)
def test_a_number_is_compared_with_a_title_qualifier_and_all(sources, qualifier, value, counted, told):
    stated = changed(
        changed(sources, "sample", "migrants-1", "qualifier", qualifier), "sample", "migrants-1", "value", value
    )
    found = check_named("number_in_title")(asked("number_in_title", f"kan2025 migrants{counted}"), stated)
    assert told in found.finding
    assert found.noted == (found.verdict == JUDGEMENT) == (told not in ("has 3,000,000.", "has 300,000."))


def test_letters_explained_and_not_used_are_noted_until_they_are_used(sources):
    decide, claim = check_named("units_explained"), asked("units_explained", "M B")
    found = decide(claim, sources)
    assert found.noted
    assert found.finding.endswith("Explained, but used in none: B.")
    used = changed(sources, "hashtags", "tiktokrefugee", "views_printed", "1.68B")
    assert decide(claim, used).finding == "Letters used in the metrics: B, M; each is explained."
    assert not decide(claim, used).noted


def test_excerpts_that_point_both_ways_are_both_told(sources):
    found = check_named("weighed")(asked("weighed", "e09", "", "e08", "e09"), sources)
    assert "1 picture for it (e08: " in found.finding
    assert "1 excerpt the other way (e09: " in found.finding
    assert found.places == ("5.2, Figure 3 left", "5.2, excerpt e09")


# A claim, its verdict on the article, a change of a table, and the verdict then.
RECONSIDERED = [
    ("c017", JUDGEMENT, lambda found: changed(changed(found, "sample", "migrants-1", "qualifier", "exactly"),
                                              "claims", "c017", "argument", "kan2025 migrants"), HOLDS),
    ("c050", NEEDS_DATA, lambda found: changed(found, "chronology", "metrics-read", "date", DAY("2025-02-02")),
     CONFLICTS),
    ("c075", NEEDS_DATA, lambda found: changed(found, "chronology", "collection", "until", DAY("2025-01-18")),
     CONFLICTS),
    ("c063", HOLDS, lambda found: changed(found, "sample", "posts-2", "value", "121"), CONFLICTS),
    ("c063b", NEEDS_DATA, lambda found: changed(found, "claims", "c063b", "check", "judgement"), JUDGEMENT),
    ("c106", JUDGEMENT, lambda found: without(found, "evidence", "e09"), SUPPORTED),
    ("c112", CONFLICTS, lambda found: changed(found, "evidence", "e13", "speaker_side", "newcomer"), SUPPORTED),
    ("c146", CONFLICTS, lambda found: changed(found, "claims", "c146", "value", "2"), HOLDS),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "before", "change", "after"), RECONSIDERED, ids=[row[0] for row in RECONSIDERED])
def test_a_verdict_of_the_ledger_follows_its_table(sources, claim, before, change, after):
    verdicts = []
    for found in (sources, change(sources)):
        one = found["claims"].query("claim_id == @claim")
        verdicts += claims.judge(one, found)["verdict"].tolist()
    assert verdicts == [before, after]


def test_every_conflict_names_at_least_two_places(judged):
    conflicts = judged.query("verdict == 'conflicts'").set_index("claim_id")["where"]
    assert conflicts[~conflicts.str.contains("; ")].to_dict() == {}
    assert conflicts["c112"] == "section 5.2, claim c112; section 5.2, Figure 4 left; section 5.2, excerpt e14"
    assert conflicts["c146"] == "section 6, claim c146; section 6, claim c147; section 6, claim c149"


def test_what_is_only_noted_is_in_the_audit_and_no_conflict(sources, judged):
    noted = judged[judged["noted"]].set_index("claim_id")
    assert {"c017", "c018", "c076", "c106", "c150"} == set(noted.index)
    assert CONFLICTS not in set(noted["verdict"])
    what = claims.audit(judged, sources)["what"]
    assert all(what.str.contains(finding, regex=False).sum() == 1 for finding in noted["finding"])


def test_every_claim_keeps_its_place_in_the_ledger(sources, judged):
    ledger = claims.ledger(judged, open_study(), {})
    assert ledger["claim_id"].tolist() == sources["claims"]["claim_id"].tolist()
    assert ledger.columns.tolist() == claims.LEDGER


@pytest.mark.parametrize(
    ("check", "argument", "told"),
    [
        ("stated_alik", "posts", "there is no check 'stated_alik'. Nearest: 'stated_alike'"),
        ("stated_alike", "post", "no measure of sample is 'post'. Nearest: 'posts'"),
        ("hashtag_metric", "rednot posts", "no hashtag of hashtags is 'rednot'. Nearest: 'rednote'"),
        ("named_in_title", "kan2024 million", "no work 'kan2024' in references.bib. Nearest: 'kan2025'"),
    ],
)
def test_a_claim_that_names_what_does_not_exist_is_an_error(sources, check, argument, told):
    table = sources["claims"].head(1).assign(check=check, argument=argument)
    with pytest.raises(TableError, match=told):
        claims.judge(table, sources)


def test_verdicts_are_counted_by_kind(judged):
    counted = claims.count_verdicts(judged)
    assert counted["kind"].tolist() == list(CLAIM_KINDS)
    assert counted.drop(columns="kind").to_numpy().sum() == len(judged)
    assert counted["conflicts"].sum() == claims.number(judged, "conflicts")


def test_a_kind_without_claims_has_no_row(judged):
    assert claims.count_verdicts(judged.query("kind == 'date'"))["kind"].tolist() == ["date"]


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("posts value=sample_posts", "113 posts"),
        ("value=corpus_share", "50 %"),
        ("made value=made_up", "7 posts (stand-in)"),
        ("replies value=exchange", "not computable: the capture has no replies"),
        ("later value=never_recorded", "not computable: no earlier step recorded it"),
    ],
)
def test_a_rerun_sees_its_own_value_beside_a_claim(judged, argument, shown):
    values = {
        "sample_posts": {"text": "113", "unit": "posts", "origin": "captured", "missing": ""},
        "corpus_share": {"text": "50 %", "unit": "share", "origin": "captured", "missing": ""},
        "made_up": {"text": "7", "unit": "posts", "origin": "stand-in", "missing": ""},
        "exchange": {"text": "not computable: the capture has no replies", "unit": "replies", "origin": "captured",
                     "missing": "the capture has no replies"},
    }  # fmt: skip
    one = judged.head(1).assign(argument=argument)
    assert claims.in_this_study(one, values).tolist() == [shown]


def test_a_claim_without_a_value_has_none_beside_it(judged):
    assert claims.in_this_study(judged.head(1).assign(argument="posts"), {}).isna().all()


def test_a_published_number_is_not_what_a_rerun_computed(judged):
    value = {"text": "25.4 million", "unit": "posts", "origin": "published", "missing": ""}
    one = judged.head(1).assign(argument="tiktokrefugee posts value=frame")
    assert claims.in_this_study(one, {"frame": value}).isna().all()
    assert claims.in_this_study(one, {"frame": {**value, "origin": "captured"}}).tolist() == ["25.4 million posts"]


def test_only_a_rerun_has_a_column_of_its_own(judged):
    rerun = replace(open_study(), name="another")
    assert claims.ledger(judged, rerun, {}).columns.tolist() == [*claims.LEDGER, "in_this_study"]
    assert (claims.origin_of_ledger(open_study()), claims.origin_of_ledger(rerun)) == ("published", "captured")


def test_a_rerun_checks_the_claims_of_the_article_that_it_reruns():
    original = open_study()
    rerun = replace(original, name="another", settings={"tables": {"claims": {"from": "liu2025"}}})
    own = replace(original, name="own", settings={"tables": {"claims": {"file": "claims.csv"}}})
    assert claims.article_of(rerun).name == "liu2025"
    assert claims.article_of(own).name == "own"
    assert claims.article_of(replace(original, name="bare", settings={"tables": {}})).name == "liu2025"


def test_the_files_behind_the_verdicts_are_those_of_the_article_even_for_a_rerun():
    original = open_study()
    files = claims.article_files(original)
    assert [path.relative_to(original.root).as_posix() for path in files] == [
        *(f"data/liu2025/published/{name}.csv" for name in claims.ARTICLE), "book/references.bib",
    ]  # fmt: skip
    assert claims.article_files(replace(original, name="bare", settings={"tables": {}})) == files


def test_the_first_statement_of_a_number_is_taken(sources):
    assert claims.stated(sources["sample"], "creators") == 40


def test_a_measure_without_a_number_is_not_computable(sources):
    assert claims.stated(sources["sample"], "coders").reason == "the article states no number of coders"


def test_an_absent_table_passes_through(sources):
    absent = NotComputable("the study has no claims")
    assert claims.judge(absent, sources) == absent
    assert claims.audit(claims.judge(absent, sources), sources) == absent


def audited(sources: Sources) -> str:
    return "\n".join(claims.audit(claims.judge(sources["claims"], sources), sources)["what"])


# A place of the audit, and the change after which it is gone.
MENDED = [
    ("number 178", lambda found: changed(found, "evidence", "e18", "source_post", 78)),
    ("for the code 'Guiding through the platform'",
     lambda found: changed(found, "evidence", "e02", "code_ids", "naturalistic.reversal.platform-guiding")),
    ("do not say which side speaks", lambda found: without(found, "evidence", "e11", "e12")),
    ("2 have a number and 4 have none; a post quoted by title alone",
     lambda found: without(found, "evidence", "e01", "e18")),
    ("used in none: B", lambda found: changed(found, "hashtags", "tiktokrefugee", "views_printed", "1.68B")),
    ("does not say 'English-speaking'", lambda found: changed(found, "claims", "c018", "argument", "kan2025 US users")),
    ("points both ways", lambda found: without(found, "evidence", "e09")),
    ("without author and page", lambda found: changed(found, "claims", "c150", "argument", "kramsch2008 667")),
    ("later than 'received'", lambda found: changed(found, "chronology", "received", "date", DAY("2025-01-21"))),
    ("8.5 posts for each of 3,000,000", lambda found: changed(found, "hashtags", "tiktokrefugee", "posts", 2_000_000)),
    ("Not stated: coders", lambda found: changed(found, "sample", "coders-1", "qualifier", "exactly")),
    ("Reference thorne2016", lambda found: changed(found, "references", "thorne2016", "address_printed", None)),
]  # fmt: skip


@pytest.mark.parametrize(("told", "mend"), MENDED, ids=[told for told, _ in MENDED])
def test_the_audit_finds_a_place_until_it_is_mended(sources, told, mend):
    assert told in audited(sources)
    assert told not in audited(mend(sources))


def test_a_theme_without_evidence_is_told_once(sources, judged):
    found = claims.audit(judged, sources)["what"]
    assert found.str.contains("'Bilingual literacy practices'").sum() == 1


def test_one_problem_that_two_claims_meet_is_told_once(sources, judged):
    found = claims.audit(judged, sources)["what"]
    assert found.str.contains("'creators' is stated differently").sum() == 1
    assert found.str.contains("Mark Teng Feng").sum() == 1


def test_places_are_counted_by_what_they_touch(sources, judged):
    found = claims.audit(judged, sources)
    numbers = {what: claims.number_touching(found, what) for what in ("the argument", "a rerun", "the print")}
    assert numbers == found["touches"].value_counts().to_dict()
    assert claims.number(found) == sum(numbers.values())


def test_what_touches_the_argument_comes_first(sources, judged):
    touched = claims.audit(judged, sources)["touches"].tolist()
    assert touched == sorted(touched, key=["the argument", "a rerun", "the print"].index)


def test_every_place_of_the_audit_has_a_fair_reading(sources, judged):
    assert claims.audit(judged, sources)["to_be_fair"].notna().all()


def test_dates_are_shown_in_order(sources):
    shown = claims.chronology_in_order(sources["chronology"])
    assert shown["date"].tolist() == sorted(shown["date"])
    assert shown.loc[0, ["date", "until", "thread"]].tolist() == ["2025-01-01", "2025-01-31", "data"]


def list_of(*entries: tuple[str, str, str, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(entries, columns=["reference", "authors_printed", "year_printed", "address_printed"])
    return table.assign(position=range(1, len(table) + 1), problem=None)


def text_with(*cited: tuple[str, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(cited, columns=["cited_as", "reference"])
    return table.assign(section="2", citation_id=[f"n{number}" for number in range(len(table))])


A = ("a2001", "Abel, A.", "2001", None)
B = ("b2002", "Berg, B., & Cole, C.", "2002", None)
RULES = [
    ("nothing", list_of(A, B), text_with(("Abel, 2001", "a2001"), ("Berg & Cole, 2002", "b2002")), []),
    ("not listed", list_of(A), text_with(("Abel, 2001", "a2001"), ("Dorn, 2003", None)), ["not listed"]),
    ("never cited", list_of(A, B), text_with(("Abel, 2001", "a2001")), ["never cited"]),
    ("name", list_of(B), text_with(("Berg & Col, 2002", "b2002")), ["name"]),
    ("year", list_of(A), text_with(("Abel, 2010", "a2001")), ["year"]),
    ("order", list_of(B, A), text_with(("Abel, 2001", "a2001"), ("Berg & Cole, 2002", "b2002")), ["order"]),
    ("address", list_of((*A[:3], "https://doi.org/10.1/x")), text_with(("Abel, 2001", "a2001")), ["address"]),
    ("twice", list_of(A, ("a2009", "Abel, A.", "2009", None)),
     text_with(("Abel, 2001", "a2001"), ("Abel, 2009", "a2009")), ["twice"]),
]  # fmt: skip
TITLES = {"a2001": references.Work("One"), "a2009": references.Work("one"), "b2002": references.Work("Two")}


@pytest.mark.parametrize(("listed", "cited", "rules"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
def test_each_rule_finds_its_problem_in_a_list_of_references(listed, cited, rules):
    assert references.audit_references(listed, cited, TITLES)["rule"].tolist() == rules


def test_a_problem_of_the_list_is_told_with_the_places_that_differ(sources):
    found = references.audit_references(sources["references"], sources["citations"], dict(sources.works))
    told = found.set_index(["reference", "rule"])["found"]
    name = "the text has Darvin (section 1, section 2, section 6), the list has Liu, G., & Darwin, R."
    assert told["liu2024darvin", "name"] == name
    assert told["gibson2014", "never cited"] == "listed, but never cited in the text"


def test_problems_noted_by_reading_stand_beside_those_found_by_rule(sources):
    found = references.audit_references(sources["references"], sources["citations"], dict(sources.works))
    shown = references.reference_problems(sources["references"], found).set_index("reference")
    assert shown.loc["sloan2017", "found_by_rule"] is pd.NA or pd.isna(shown.loc["sloan2017", "found_by_rule"])
    assert "10.125" in shown.loc["thorne2016", "found_by_rule"]
    assert "kan2025" not in shown.index


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("https://doi.org/10.1111/weng.12443", ""),
        ("http://dx.doi.org/10.1111/weng.12443", ""),
        ("https://www.example.org/a", ""),
        (None, ""),
        ("10.1111/weng.12443", "DOI without an address"),
        ("https://doi.org/10125/44435", "not a well-formed one"),
        ("www.example.org", "no address"),
    ],
)
def test_an_address_is_well_formed_or_told(address, problem):
    found = references.address_problem(address)
    assert problem in found
    assert bool(found) == bool(problem)


def test_a_bibliography_that_is_none_is_an_error(tmp_path):
    path = tmp_path / "references.bib"
    path.write_text("@article{broken, title = {no end", encoding="utf-8")
    with pytest.raises(TableError, match="references.bib: not readable as BibTeX"):
        references.read_bibliography(path)
    with pytest.raises(TableError, match="missing.bib: not readable as BibTeX"):
        references.read_bibliography(tmp_path / "missing.bib")


def test_titles_are_read_without_markup_and_pages_as_numbers(tmp_path):
    path = tmp_path / "references.bib"
    path.write_text("@article{a, title = {``Two,'' on {IDLE}}, pages = {10--12}}", encoding="utf-8")
    assert references.read_bibliography(path) == {"a": references.Work("“Two,” on IDLE", (10, 12))}


def test_the_figure_writes_a_number_into_every_part_that_has_room(judged):
    counted = claims.count_verdicts(judged)
    figure = draw.verdicts(counted)
    written = sorted(text.get_text() for text in figure.axes[0].texts)
    parts = [str(number) for number in counted.drop(columns="kind").to_numpy().ravel() if number > 1]
    totals = [str(number) for number in counted.drop(columns="kind").sum(axis="columns")]
    assert written == sorted(parts + totals)


def test_the_figure_is_absent_where_claims_are():
    assert draw.verdicts(NotComputable("the study has no claims")).reason == "the study has no claims"
