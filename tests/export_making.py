"""A small study with everything that can be coded, made by hand: texts in several scripts, pictures, recordings."""

import json
import shutil
from pathlib import Path

import pandas as pd

from analysis import schema, tables
from analysis.study import Study, open_study
from coded import frame

STUDY = """
title: A small study
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: es, language_name: Spanish, script: Latin}
  host: {label: locals, language: zh, language_name: Mandarin, script: Han}
tables:
"""
CORPUS = ("posts", "comments", "creators", "screenshots", "gists")
CODING = ("codebook", "codings", "readings", "documents", "memos", "cases", "attributes", "history", "assignments")
TITLE, TEXT = "¿Qué? 😀", "Why is 猫 a cat?\r\nCafe\u0301, na\u00efve — 👩‍👩‍👧."
POST = f"{TITLE}\n{TEXT}"
UNTITLED = "\nhola"
COMMENT = "It is 猫, read māo 😀😀 = a cat"
INTERVIEW = "Q: why?\nA: 因为 🙂 because."
PAGE, SPEECH = "A page of 猫 text.", "What was said, 你好."
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe0dc4"
    "5d0f0000000049454e44ae426082"
)
GUID = "00000000-0000-4000-8000-0000000000"


def codebook() -> pd.DataFrame:
    return frame(
        "codebook",
        code_id=["learn", "learn.ask", "ask.why", "ask.how", "play", "joke"],
        name=["Learning", "Asking", "Why", "How & <who>", "Play", "Joke"],
        parent_id=[None, "learn", "learn.ask", "learn.ask", None, "play"],
        level=["pattern", "theme", "code", "code", "theme", "code"],
        definition=["All learning.", None, "A reason is asked for.", "In two\nlines.", None, None],
        include=[None, None, "Also: how come.", None, None, "Puns."],
        exclude=[None, None, "Rhetorical ones.", None, None, None],
        basis=["own"] * 6,
        colour=["#2c7fb8", None, "#5296c5", None, "#abc", None],
        codable=[None, "true", None, None, None, None],
        guid=[None, None, f"{GUID}99", None, None, None],
    )


def coding(identifier: str, unit: str, code: str, coder: str = "ana", number: int = 1, **more) -> dict:
    kind = {"p": "post", "c": "comment", "s": "screenshot"}.get(unit[0], "document")
    known = {"coding_id": identifier, "unit_id": unit, "unit_type": kind, "code_id": code, "coder": coder}
    return known | {"round": number, "source": "made"} | more


def words(text: str, found: str) -> dict:
    start = text.index(found)
    return {"start": start, "end": start + len(found)}


CODINGS = [
    coding("k1", "p1", "ask.why", **words(POST, "Why is 猫 a cat?"), coded_at="2025-02-01T08:00:00Z"),
    coding("k2", "p1", "joke", **words(POST, "Why is 猫 a cat?"), coded_at="2025-02-01T08:01:00Z", memo="a pun"),
    coding("k3", "p1", "ask.how", **words(POST, "👩‍👩‍👧.")),
    coding("k4", "p1", "ask.why", "ben", **words(POST, "猫")),
    coding("k5", "c1", "ask.why", "ben", memo="all of it"),
    coding("k6", "c1", "learn.ask", **words(COMMENT, "猫, read māo 😀😀")),
    coding("k7", "p2", "ask.how", **words(UNTITLED, "hola")),
    coding("k8", "s1", "joke", left=1, top=2, right=30, bottom=40),
    coding("k9", "s1", "ask.why"),
    coding("k10", f"{GUID}01", "ask.why", **words(INTERVIEW, "因为 🙂 because")),
    coding("k11", f"{GUID}02", "ask.how", page=3, left=10, top=700, right=200, bottom=650),
    coding("k12", f"{GUID}02", "ask.how", **words(PAGE, "猫 text")),
    coding("k13", f"{GUID}03", "joke", begin=1500, finish=2750, memo="laughs"),
    coding("k14", f"{GUID}03", "joke", **words(SPEECH, "你好")),
    coding("k15", "p3", "joke", **words("Outside\nthe sample", "Outside")),
]


def codings(rows: list[dict] | None = None) -> pd.DataFrame:
    held = pd.DataFrame(CODINGS if rows is None else rows)
    return frame("codings", **{name: [None if pd.isna(cell) else cell for cell in held[name]] for name in held})


def corpus() -> dict[str, pd.DataFrame]:
    return {
        "posts": frame(
            "posts", post_id=["p1", "p2", "p3"], creator_id=["u1", None, "u3"], title=[TITLE, None, "Outside"],
            text=[TEXT, "hola", "the sample"], language=["mixed", "es", "es"], likes=[3, 0, None],
            published_at=["2025-01-14T00:00:00Z", None, None], source=["made"] * 3,
        ),
        "comments": frame(
            "comments", comment_id=["c1", "c2"], post_id=["p1", "p1"], parent_comment_id=[None, "c1"],
            author_id=["u2", "u1"], text=[COMMENT, "gracias"], language=["mixed", "es"], source=["made"] * 2,
        ),
        "creators": frame(
            "creators", creator_id=["u1", "u2", "u3"], side=["newcomer", "host", None], source=["made"] * 3,
        ),
        "screenshots": frame(
            "screenshots", screenshot_id=["s1", "s2"], post_id=["p1", "p1"], shows=["p1 c1", "c2"],
            path=["pictures/one.png", "pictures/none.png"], source=["made"] * 2,
        ),
        "gists": schema.empty("gists"),
    }  # fmt: skip


def coded() -> dict[str, pd.DataFrame]:
    return {
        "codebook": codebook(),
        "codings": codings(),
        "documents": frame(
            "documents", unit_id=[f"{GUID}0{n}" for n in (1, 2, 3)], name=["Interview", "Paper.pdf", "Talk"],
            kind=["text", "pdf", "audio"], text=[INTERVIEW, PAGE, SPEECH], path=[None, "coding/files/a.pdf", None],
            description=["With ana", None, None], source=["made"] * 3,
        ),
        "memos": frame(
            "memos", memo_id=["m1", "m2", "m3", "m4", "m5"], about=["project", "code", "unit", "coding", "case"],
            about_id=[None, "ask.why", "p1", "k1", "u1"],
            text=["On all.", "On why.", "Two\nlines.", "Sure?", "Friendly."],
            coder=["ana", None, "ben", "ana", None], source=["made"] * 5,
        ),
        "cases": frame("cases", case_id=[f"{GUID}05"], name=["A family"], units=["p1 c1 p3"], source=["made"]),
        "attributes": frame(
            "attributes", about_id=[f"{GUID}05", "p1", "u1"], variable=["size", "odd", "since"],
            kind=["integer", "boolean", "date"], value=["4", "true", "2025-01-13"], source=["made"] * 3,
        ),
    }  # fmt: skip


def lay_out_study(
    root: Path, *, origin: str = "stand-in", decisions: str = "", **changed: pd.DataFrame | None
) -> Study:
    """The study `mine` in a compendium; a table given as None is left out, and then not even declared."""
    held = {name: table for name, table in {**corpus(), **coded(), **changed}.items() if table is not None}
    folder = root / "data" / "mine"
    folder.mkdir(parents=True)
    lines = [f"  {name}: {{file: {place_of(name)}, origin: {origin}}}" for name in (*CORPUS, *CODING)]
    unit = "decisions:\n  coding_unit: {value: text, reason: a test}\n"
    (folder / "study.yml").write_text(STUDY.lstrip() + "\n".join(lines) + "\n" + unit + decisions, encoding="utf-8")
    for name, table in held.items():
        (folder / place_of(name)).parent.mkdir(exist_ok=True)
        tables.write_table(table, folder / place_of(name), name)
    (folder / "pictures").mkdir()
    (folder / "pictures/one.png").write_bytes(PNG)
    if "documents" in held:
        (folder / "coding/files").mkdir(parents=True)
        (folder / "coding/files/a.pdf").write_bytes(b"%PDF-1.4 made up")
    draw(root, ["p2", "p1"])
    return open_study("mine", root)


def place_of(name: str) -> str:
    return f"coding/{name}.csv" if name in CODING else f"{name}.csv"


def draw(root: Path, posts: list[str], missing: str = "") -> None:
    """What the notebook on the sample leaves."""
    folder = root / "results" / "mine"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tables").mkdir(parents=True)
    rows = "".join(f"{post},{place}\n" for place, post in enumerate(posts, start=1))
    (folder / "tables/03-sample-posts.csv").write_text(f"post_id,place\n{rows}")
    entry = {"name": "03-sample-posts", "kind": "table", "missing": missing, "texts": ["post_id"], "origin": "stand-in"}
    (folder / "index.json").write_text(json.dumps({"03-sample-posts.table": entry}))
