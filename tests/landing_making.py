"""Projects made by hand, and a study's tables to land them in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd

from analysis import schema
from analysis.qda import landing
from analysis.qda.gathering import Asked
from analysis.qda.landing import Held, Landed, ReadFile
from analysis.qda.project import Code, Coding, Project, Source
from analysis.qda.units import Unit, Units
from coded import codebook, frame

POST = "Hello 😀\nwhy is 猫 cat?"
COMMENT = "It is 猫, read māo"
TEXTS = {"p1": ("post", POST), "p2": ("post", "\nwith no title"), "c1": ("comment", COMMENT), "c2": ("comment", "yes")}


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def units() -> Units:
    found = Units()
    for name, (kind, text) in TEXTS.items():
        found.add(Unit(name, kind, text=text))
    found.add(Unit("c3", "comment", text="yes"))
    found.add(Unit("s1", "screenshot", "picture", None, "first.png", "ab" * 32))
    return found


def held(landed: Landed | None = None, assignments: pd.DataFrame | None = None) -> Held:
    """A study with a small codebook and nothing coded, or as an import left it."""
    tables = {name: schema.empty(name) for name in landing.WRITTEN} | {"codebook": codebook().assign(basis="named")}
    known = units()
    if landed is not None:
        tables = landed.tables
        for row in tables["documents"].to_dict("records"):
            text = None if pd.isna(row["text"]) else row["text"]
            known.add(Unit(row["unit_id"], "document", row["kind"], text, row["name"]))
    given = schema.empty("assignments") if assignments is None else assignments
    return Held(tables, given, known, frozenset({"u1"}))


def project(sources: Sequence[Source] = (), codings: Sequence[Coding] = (), **more) -> Project:
    """A project with two codes."""
    codes = more.pop("codes", [Code(guid(1), "Why"), Code(guid(2), "New")])
    return Project("by hand", "", codes=codes, sources=list(sources), codings=list(codings), **more)


def source(number: int, name: str, text: str | None = None, **more) -> Source:
    return Source(guid(number), name, text=text, **more)


def coding(number: int, of: int, *, code: int = 1, coder: str | None = "ann", words: str = "", text: str = "", **more):
    """A coding of the words in the text, or of all of it."""
    start = text.index(words) if words else None
    end = None if start is None else start + len(words)
    when = more.pop("coded_at", datetime(2025, 2, 1, 8, number % 60, tzinfo=UTC))
    return Coding(guid(number), guid(of), guid(code), coder, when, start, end, where=f"coding {number}", **more)


def land(
    *projects: Project, into: Held | None = None, asked: Asked | None = None, mask=list, names="ab", labels="made"
) -> Landed:
    files = [
        ReadFile(f"{labels}-{name * 8}", "made by hand", f"{name}.qdpx", name * 64, each)
        for name, each in zip(names, projects, strict=False)
    ]
    return landing.land(into or held(), files, asked or Asked(), mask)


def said(landed: Landed, measure: str, item: str = "all", file: str | None = None) -> int | None:
    """What the report counts."""
    coded = landed.tables["coded"]
    label = file or coded["file"].iloc[0]
    rows = coded[(coded["file"] == label) & (coded["measure"] == measure) & (coded["item"] == item)]
    return None if rows.empty or pd.isna(rows["count"].iloc[0]) else int(rows["count"].iloc[0])


__all__ = ["Asked", "Code", "Coding", "Source", "frame", "replace"]
