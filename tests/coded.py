"""Small coded studies for the tests: two coders, two rounds, a codebook of two patterns."""

import shutil
from pathlib import Path

import pandas as pd

from analysis import schema, units
from analysis.study import Study, open_study
from analysis.tables import write_table
from making import PROJECT

CODEBOOK = """
learn     |       | pattern
learn.ask | learn | theme
ask.why   | learn.ask | code
ask.how   | learn.ask | code
play      |       | pattern
play.joke | play  | theme
joke.pun  | play.joke | code
"""
SCREENSHOTS = {"s1": ("p1", "p1 c1"), "s2": ("p1", "c2"), "s3": ("p2", "p2 c3"), "s4": ("p3", "p3")}
CODINGS = """
c1 ask.why  ann 1
c1 ask.why  ann 2
c1 ask.how  ann 2
c1 ask.why  bob 2
c2 joke.pun bob 2
p2 ask.why  ann 2
c3 ask.why  bob 2
"""


# How a small study begins; its tables follow.
SETTINGS = """title: A study
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: en, language_name: English, script: Latin}
  host: {label: locals, language: zh, language_name: Chinese, script: Han}
tables:
"""


def beside_the_original(root: Path) -> Path:
    """A compendium that has the original's data and no notebook."""
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(PROJECT / name, root / name)
    shutil.copytree(PROJECT / "data/liu2025", root / "data/liu2025")
    return root


def write_study(root: Path, tables: dict[str, pd.DataFrame], rest: str, origin: str = "captured") -> Study:
    """Write a small study with these tables, and `rest` for the other settings, and open it."""
    folder = root / "data/mine"
    folder.mkdir(exist_ok=True)
    lines = []
    for name, rows in tables.items():
        write_table(rows, folder / f"{name}.csv", name)
        lines.append(f"  {name}: {{file: {name}.csv, origin: {origin}}}\n")
    (folder / "study.yml").write_text(SETTINGS + "".join(lines) + rest, encoding="utf-8")
    return open_study("mine", root)


def frame(table: str, /, **columns: list[object]) -> pd.DataFrame:
    """A canonical table of which only some columns are filled."""
    known = schema.TABLES[table].column_names
    assert set(columns) <= set(known)
    texts = {name: [None if cell is None else str(cell) for cell in cells] for name, cells in columns.items()}
    return schema.typed(pd.DataFrame(texts, dtype="str").reindex(columns=known), table)


def codebook(rows: str = CODEBOOK) -> pd.DataFrame:
    cells = [[cell.strip() for cell in row.split("|")] for row in rows.strip().splitlines()]
    ids, parents, levels = map(list, zip(*cells, strict=True))
    names = [code.split(".")[-1].capitalize() for code in ids]
    return frame("codebook", code_id=ids, name=names, parent_id=[p or None for p in parents], level=levels)


def screenshots(shows: dict[str, tuple[str, str]] = SCREENSHOTS) -> pd.DataFrame:
    posts, shown = map(list, zip(*shows.values(), strict=True))
    return frame("screenshots", screenshot_id=list(shows), post_id=posts, shows=shown)


def posts(creators: dict[str, str | None] | None = None) -> pd.DataFrame:
    creators = creators or {"p1": "u1", "p2": "u1", "p3": "u2"}
    return frame("posts", post_id=list(creators), creator_id=list(creators.values()))


def codings(rows: str = CODINGS) -> pd.DataFrame:
    units, codes, coders, rounds = map(list, zip(*(row.split() for row in rows.strip().splitlines()), strict=True))
    kinds = [{"p": "post", "c": "comment", "s": "screenshot"}[unit[0]] for unit in units]
    return frame(
        "codings", coding_id=[f"k{n}" for n in range(len(units))], unit_id=units, unit_type=kinds,
        code_id=codes, coder=coders, round=[int(number) for number in rounds],
    )  # fmt: skip


def readings(orders: dict[tuple[str, int], str] | None = None) -> pd.DataFrame:
    orders = orders or {("ann", 1): "s1 s2", ("ann", 2): "s1 s2 s3 s4", ("bob", 2): "s4 s3 s2 s1"}
    rows = [
        (coder, number, screenshot, position)
        for (coder, number), read in orders.items()
        for position, screenshot in enumerate(read.split(), start=1)
    ]
    coders, rounds, read, positions = map(list, zip(*rows, strict=True))
    return frame("readings", coder=coders, round=rounds, unit_id=read, position=positions)


def corpus(
    shows: dict[str, tuple[str, str]] = SCREENSHOTS, creators: dict[str, str | None] | None = None
) -> units.Corpus:
    """The corpus that these screenshots show, each other word a comment."""
    unknown = dict.fromkeys(post for post, _ in shows.values())
    published = posts(creators or {**unknown, "p1": "u1", "p2": "u1", "p3": "u2"})
    under = {word: post for post, shown in shows.values() for word in shown.split() if word[0] == "c"}
    said = frame("comments", comment_id=list(under), post_id=list(under.values()))
    return units.Corpus(published, said, screenshots(shows), schema.empty("documents"))


def placed(rows: str = CODINGS, of: units.Corpus | None = None) -> pd.DataFrame:
    return units.placed(codings(rows), of or corpus(), units.SCREENSHOT)


def read(orders: dict[tuple[str, int], str] | None = None, of: units.Corpus | None = None) -> pd.DataFrame:
    return units.placed_readings(readings(orders), of or corpus(), units.SCREENSHOT)


def units_read(
    orders: dict[tuple[str, int], str] | None = None, rows: str = CODINGS, of: units.Corpus | None = None
) -> pd.DataFrame:
    of = of or corpus()
    return units.units_of(read(orders, of), placed(rows, of), of, units.SCREENSHOT)
