import pandas as pd
import pytest

from analysis import pipeline
from analysis.answers import ANSWERS, ASKED, CANNOT, PARTLY, answers, open_decisions, supply_for
from analysis.replication import new_study
from analysis.study import open_study
from analysis.tables import write_table
from coded import frame
from making import PROJECT, copy_project, load

KEPT = ("_config.yml", "requirements.lock", "notebooks", "book/references.bib", "data")
STUDY = """title: A study of somebody's own
platform: Elsewhere
sides:
  newcomer: {label: arrivals, language: es, language_name: Spanish, script: Latin}
  host: {label: locals, language: ja, language_name: Japanese, script: Japanese}
decisions:
  engagement_by: {value: likes, reason: There are no ranks.}
  side_by: {value: language, reason: No tool tells sides.}
  min_comments: {value: 0, reason: Few.}
  newcomer_share_at_least: {value: 0.0, reason: Any.}
  min_host_comments: {value: 0, reason: Any.}
  min_creator_replies: {value: 0, reason: Any.}
  replicates: {value: 20, reason: Quick.}
  robustness:
    value: {likes_top_share: [0.25, 0.5], min_comments: [0, 1]}
    reason: Quick.
tables:
"""
# What study.yml decides is recorded whether or not the data answer anything.
DECIDED = ("exchange_sides_told_by",)
FROM_ORIGINAL = ("codebook", "evidence", "claims", "sample", "criteria", "implications", "chronology", "citations")


def bare_posts() -> pd.DataFrame:
    """What the leanest tool saves: an identifier and a title."""
    return frame("posts", post_id=[f"p{n}" for n in range(12)], title=["hola"] * 12, source=["x"] * 12)


def full_posts() -> pd.DataFrame:
    count = range(12)
    return frame(
        "posts",
        post_id=[f"p{n}" for n in count], creator_id=[f"u{n % 6}" for n in count],
        title=["hola amigos" if n % 2 else "こんにちは" for n in count], hashtags=["viaje playa"] * 12,
        published_at=[f"2025-01-{n + 1:02}T00:00:00Z" for n in count], likes=list(count),
        comments_count=[2] * 12, source=["x"] * 12,
    )  # fmt: skip


def comments() -> pd.DataFrame:
    """Under each post a comment by a host and the newcomer's answer."""
    posts = [f"p{n}" for n in range(12)]
    return frame(
        "comments",
        comment_id=[f"{post}{which}" for post in posts for which in "ab"],
        post_id=[post for post in posts for _ in "ab"],
        parent_comment_id=[parent for post in posts for parent in (None, f"{post}a")],
        author_id=[author for n in range(12) for author in (f"h{n % 4}", f"u{n % 6}")],
        text=["元気ですか？" if which == "a" else "hola, muy bien gracias amigo" for _ in posts for which in "ab"],
        source=["x"] * 24,
    )


def give(root, name: str, posts: pd.DataFrame, **others: pd.DataFrame) -> None:
    folder = root / "data" / name
    folder.mkdir(parents=True)
    lines = [f"  {table}: {{from: liu2025}}" for table in (*FROM_ORIGINAL, "references") if table not in others]
    for table, rows in {"posts": posts, **others}.items():
        write_table(rows, folder / f"{table}.csv", table)
        lines.append(f"  {table}: {{file: {table}.csv, origin: captured}}")
    (folder / "study.yml").write_text(STUDY + "\n".join(lines) + "\n", encoding="utf-8")


def coded() -> dict[str, pd.DataFrame]:
    """Screenshots of every post with its comments, coded and read by one person."""
    units = [f"p{n}" for n in range(12)]
    shots = [f"s{n}" for n in range(12)]
    of_original = open_study("liu2025", PROJECT).table("codebook")
    codes = list(of_original[of_original["level"] == "code"]["code_id"].head(2))
    return {
        "screenshots": frame("screenshots", screenshot_id=shots, post_id=units, shows=[f"{u} {u}a {u}b" for u in units],
                             source=["x"] * 12),
        "codings": frame("codings", coding_id=[f"k{n}" for n in range(24)], unit_id=[u for u in units for _ in "ab"],
                         unit_type=["post"] * 24, code_id=codes * 12, coder=["ann"] * 24, round=[2] * 24,
                         source=["x"] * 24),
        "readings": frame("readings", coder=["ann"] * 12, round=[2] * 12, unit_id=shots,
                          position=list(range(1, 13)), source=["x"] * 12),
    }  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("answers")
    (root / "book").mkdir()
    copy_project(root, KEPT)
    give(root, "bare", bare_posts())
    give(root, "talking", full_posts(), comments=comments())
    give(root, "coded", full_posts(), comments=comments(), **coded())
    return root


def verdicts(root, name: str) -> dict[str, str]:
    return {answer.notebook[3:]: answer.verdict for answer in answers(open_study(name, root))}


def test_every_notebook_is_asked():
    assert list(ASKED) == [path.stem[3:] for path in sorted((PROJECT / "notebooks").glob("*.ipynb"))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bare", "cannot partly partly partly partly cannot cannot partly cannot answers"),
        ("talking", "partly partly answers partly partly cannot cannot partly partly answers"),
        ("coded", "partly partly answers partly partly answers cannot answers partly answers"),
        ("liu2025", " ".join([ANSWERS] * 10)),
    ],
)
def test_what_a_study_can_answer_is_told_for_each_notebook(root, name, expected):
    assert verdicts(root, name) == dict(zip(ASKED, expected.split(), strict=True))


@pytest.mark.parametrize("name", ["bare", "talking", "coded"])
def test_what_is_told_beforehand_is_what_the_notebooks_record(root, name):
    pipeline.run(open_study(name, root))
    assert verdicts_that_differ(root, name) == []


def test_what_is_told_of_real_posts_is_what_the_notebooks_record(root, shared):
    new_study(root, "real", [shared / "data/tiktokrefugee-posts/posts.csv"])
    pipeline.run(open_study("real", root))
    assert verdicts_that_differ(root, "real") == []
    assert verdicts(root, "real")["exchange"] == PARTLY
    (of_exchange,) = [answer for answer in answers(open_study("real", root)) if answer.notebook == "04-exchange"]
    assert "how far the languages mix" not in of_exchange.unanswered


def verdicts_that_differ(root, name: str) -> list[str]:
    """The notebooks that recorded more or less than was told of them."""
    values, index = (load(root / "results" / name / file) for file in ("values.json", "index.json"))
    differing = []
    for word, verdict in verdicts(root, name).items():
        found = {key: value for key, value in values.items() if value["notebook"][3:] == word and key not in DECIDED}
        recorded = [value["missing"] for value in found.values()]
        shown = [entry["missing"] for entry in index.values() if entry["notebook"][3:] == word]
        every = [*recorded, *shown]
        fits = {ANSWERS: not any(recorded), CANNOT: all(recorded), PARTLY: any(every) and not all(every)}
        if not fits[verdict]:
            differing.append(word)
    return differing


def test_what_is_told_of_the_original_is_what_its_notebooks_recorded():
    values = load(PROJECT / "results/liu2025/values.json")
    # Its posts are a stand-in, which was never imported.
    assert {value["missing"] for value in values.values()} == {"", "the study has no imports"}
    assert set(verdicts(PROJECT, "liu2025").values()) == {ANSWERS}


def test_what_is_missing_is_told_with_what_would_supply_it(root):
    found = {answer.notebook: answer for answer in answers(open_study("bare", root))}
    assert found["04-exchange"].missing == ["the study has no comments", "the study has no codings"]
    assert found["04-exchange"].supplied_by == [
        "a capture of the comments under these posts: compendium import",
        "tables of codings and readings: who gave which code to what; compendium import",
    ]
    assert "the capture has no times of publication" in found["02-corpus"].missing
    for answer in found.values():
        assert all(supply_for(reason) for reason in answer.missing), answer


@pytest.mark.parametrize(
    ("reason", "supply"),
    [
        ("the capture has no replies", "a capture whose comments name the comment that they answer"),
        (
            "the capture does not tell newcomers from hosts",
            "a table of creators with the side of each",
        ),
        ("one coder only: agreement needs two", "a second coder who reads the same units"),
        ("the study has no creators", "a table of accounts"),
        ("the capture names no creators", "a format that names the account of each post"),
        ("the codings stand on pictures or documents, which have no writer", "codings of the texts themselves"),
        ("asking_codes in study.yml names no codes", "codes for it in the codebook"),
        ("one post only: the estimate needs several", "further posts, read and coded"),
        ("the study has no codings", "tables of codings and readings: who gave"),
        ("no posts were imported", "a capture of posts: compendium import"),
        ("the sides' scripts (Latin and Latin) cannot tell their languages apart", "sides whose languages are"),
        ("the moon is not full", ""),
    ],
)
def test_a_reason_leads_to_what_would_supply_what_is_missing(reason, supply):
    assert supply_for(reason).startswith(supply)
    assert bool(supply_for(reason)) == bool(supply)


SIDES_UNKNOWN = "the capture does not tell newcomers from hosts"


@pytest.mark.parametrize(
    ("before", "after", "offered"),
    [
        ("side_by: {value: language", "side_by: {value: creators", True),
        ("", "", False),
        ("script: Japanese", "script: Latin", False),
    ],
    ids=["would do", "is so already", "could not tell them apart"],
)
def test_a_decision_is_offered_only_where_it_is_not_taken_and_would_help(root, before, after, offered):
    study = open_study("talking", root)
    path = study.folder / "study.yml"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace(before, after) if before else text, encoding="utf-8")
        changed = open_study("talking", root)
        assert ("side_by: language" in supply_for(SIDES_UNKNOWN, open_decisions(changed))) == offered
    finally:
        path.write_text(text, encoding="utf-8")
