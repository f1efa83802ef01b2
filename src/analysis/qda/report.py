"""The report on codings that were imported: what was in each file, what it became, and what could not be kept.

Files are named by format and checksum, never by their own names, which may name a person. Lists of what does not fit,
of repairs and of losses quote the files, so they stand in the study's folder and on the terminal only; the tables for
a notebook count them, and say of a selection that does not fit no more than its positions.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from analysis import schema
from analysis.canonical.coded import CODED_MEASURES, UNIT_TYPES
from analysis.computable import computable, need
from analysis.qda import offsets
from analysis.qda.gathering import Gathered
from analysis.qda.matching import shown

ALL = "all"
IN_A_FILE = ("sources", "codes", "codings", "coders", "cases", "memos")
BECAME = ("post", "comment", "screenshot", "document")
NOTHING = "no codings were imported"
LONGEST_PROGRAM = 40
# Where a selection stands, in a statement on one that is off the text.
POSITIONS = re.compile(r", (-?\d+)–(-?\d+): ")
# Measure, item, count and value; file and format are added.
Row = tuple[str, str, int | None, str | None]


def rows_of(gathered: Gathered, told: Mapping[str, Sequence[tuple[str, int | None, str]]]) -> Iterator[Row]:
    """What is said of one file; `told` are the statements that only its joining with others gave, by measure."""
    project = gathered.given.project
    counts = {name: len(getattr(project, name)) for name in IN_A_FILE if name != "coders"}
    yield "program", ALL, None, " ".join(project.origin.split())[:LONGEST_PROGRAM] or None
    for name in IN_A_FILE:
        yield name, ALL, gathered.codings["coder"].nunique() if name == "coders" else counts[name], None
    kinds = Counter(match.unit.unit_type for match in gathered.matches.values())
    yield from (("matched", kind, kinds[kind], None) for kind in UNIT_TYPES if kind != "document")
    yield "document", ALL, kinds["document"], None
    yield from _of_positions(gathered)
    known = gathered.readings["known_by"].value_counts().to_dict()
    yield from (("readings", str(by), int(count), None) for by, count in sorted(known.items()))
    stayed = [(shown(match), match.told) for match in gathered.matches.values() if match.told]
    repairs = [*((repair.where, repair.told) for repair in project.repairs), *stayed]
    yield from _numbered("repair", ((None, f"{where}: {what}") for where, what in repairs))
    losses = (
        (loss.count, f"{loss.what}{f', such as {loss.example}' if loss.example else ''}") for loss in project.lost
    )
    yield from _numbered("lost", losses)
    for measure, statements in told.items():
        yield from ((measure, item, count, value or None) for item, count, value in statements)
    yield "checksum", "sha256", None, gathered.given.checksum


def _of_positions(gathered: Gathered) -> Iterator[Row]:
    """How positions were counted and how many selections fit; nothing where no text was selected."""
    decided = gathered.given.decided
    if not decided.selections:
        return
    yield "on the text", ALL, sum(place is not None for place in decided.places), None
    yield "off the text", ALL, len(decided.misfits), None
    places = (f"{each.where}: {each.source}, {each.start}–{each.end}: {each.found}" for each in decided.misfits)
    yield from _numbered("off the text", ((None, place) for place in places))
    yield "counting", "taken", decided.fitting, offsets.told(decided.counting)
    yield "counting", "why", None, decided.why
    if decided.doubt:
        yield "counting", "doubt", None, decided.doubt
    if decided.alike:
        yield "alternative", "alike", decided.fitting, " or ".join(map(offsets.told, decided.alike))
    if decided.alternative is not None:
        yield "alternative", ALL, decided.alternative_fitting, offsets.told(decided.alternative)


def _numbered(measure: str, statements: Iterable[tuple[int | None, str]]) -> Iterator[Row]:
    for number, (count, value) in enumerate(statements, start=1):
        yield measure, str(number), count, value


def report_of(
    files: Mapping[str, tuple[str, Sequence[Row]]], earlier: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """The report: what is said of each file by its label, what was said of others before, and of all together."""
    columns = schema.TABLES["coded"].column_names
    kept = earlier[~earlier["file"].isin([*files, ALL])]
    found: list[tuple[str | int | None, ...]] = [
        (label, *row, title) for label, (title, rows) in files.items() for row in rows
    ]
    found += [(ALL, *row, None) for row in _of_all(tables)]
    new = schema.typed(pd.DataFrame(found, columns=columns, dtype="object"), "coded")
    return _ordered(pd.concat([kept, new], ignore_index=True))


def marked(coded: pd.DataFrame, superseded: Mapping[str, str]) -> pd.DataFrame:
    """The report, in which files that count no longer are marked with the file that took their place."""
    earlier = coded[~((coded["measure"] == "superseded") & coded["file"].isin(list(superseded)))]
    formats = coded.groupby("file", sort=False)["format"].first()
    rows: list[tuple[str | int | None, ...]] = [
        (label, "superseded", ALL, None, later, formats.get(label)) for label, later in superseded.items()
    ]
    new = schema.typed(pd.DataFrame(rows, columns=list(coded.columns), dtype="object"), "coded")
    return pd.concat([earlier, new], ignore_index=True) if rows else coded


def valid(coded: pd.DataFrame) -> pd.DataFrame:
    """The report on the files that count, without those in whose place a corrected one came."""
    return coded[~coded["file"].isin(coded.loc[coded["measure"] == "superseded", "file"])]


def _of_all(tables: Mapping[str, pd.DataFrame]) -> Iterator[Row]:
    codings = tables["codings"]
    counts = {"codes": len(tables["codebook"]), "codings": len(codings), "coders": codings["coder"].nunique()}
    counts |= {name: len(tables[name]) for name in ("cases", "memos")}
    yield from ((name, ALL, count, None) for name, count in counts.items())
    on = codings.drop_duplicates("unit_id")["unit_type"].value_counts()
    yield from (("matched", kind, int(on.get(kind, 0)), None) for kind in UNIT_TYPES if kind != "document")
    yield "document", ALL, len(tables["documents"]), None
    yield "readings", ALL, len(tables["readings"]), None


def _ordered(coded: pd.DataFrame) -> pd.DataFrame:
    """Files by label, all together last; measures as they are named, items as they came."""
    place = pd.DataFrame({
        "last": coded["file"] == ALL,
        "file": coded["file"],
        "measure": coded["measure"].map(CODED_MEASURES.index),
    })  # fmt: skip
    order = place.sort_values(list(place.columns), kind="stable").index
    return coded.loc[order].reset_index(drop=True)


@computable
def by_file(coded: pd.DataFrame) -> pd.DataFrame:
    """Which program wrote each file, and what was in it and in all; a file's label begins with its format."""
    coded = valid(coded)
    need(coded, NOTHING)
    counts = _wide(coded[(coded["item"] == ALL) & coded["measure"].isin(IN_A_FILE)], "measure", IN_A_FILE)
    programs = coded[coded["measure"] == "program"].set_index("file")["value"]
    counts.insert(1, "program", counts["file"].map(programs))
    return counts


@computable
def matched(coded: pd.DataFrame) -> pd.DataFrame:
    """What the sources of each file are: posts, comments, screenshots or documents; and in all how many are coded."""
    coded = valid(coded)
    rows = coded[coded["measure"].isin(("matched", "document"))]
    need(rows, NOTHING)
    return _wide(rows.assign(item=rows["item"].replace(ALL, "document")), "item", BECAME)


@computable
def counting(coded: pd.DataFrame) -> pd.DataFrame:
    """How the positions of each file were counted, how many selections fit, and how many the best other way fits.

    `same_as` are the ways of counting by which all selections stand in the same places, so that the file cannot tell
    them apart; `alternative` is the best of the others. `doubt` says why the choice is not sure, where it is not.
    """
    coded = valid(coded)
    taken = coded[(coded["measure"] == "counting") & (coded["item"] == "taken")].set_index("file")
    need(taken, "no text was selected in what was imported")
    of = {name: coded[(coded["measure"] == name) & (coded["item"] == ALL)].set_index("file")["count"]
          for name in ("on the text", "off the text", "alternative")}  # fmt: skip
    said = {
        (measure, item): coded[(coded["measure"] == measure) & (coded["item"] == item)].set_index("file")["value"]
        for measure, item in (
            ("counting", "why"),
            ("counting", "doubt"),
            ("alternative", "alike"),
            ("alternative", ALL),
        )
    }
    return pd.DataFrame({
        "positions_count": taken["value"],
        "why": said["counting", "why"],
        "doubt": said["counting", "doubt"],
        "on_the_text": of["on the text"],
        "off_the_text": of["off the text"],
        "fitting": taken["count"],
        "same_as": said["alternative", "alike"],
        "alternative": said["alternative", ALL],
        "alternative_fitting": of["alternative"],
    }).reindex(taken.index).reset_index()  # fmt: skip


@computable
def off_the_text(coded: pd.DataFrame) -> pd.DataFrame:
    """Each selection that is not on its text: its number in the report's table and its positions, never its words."""
    coded = valid(coded)
    rows = coded[(coded["measure"] == "off the text") & (coded["item"] != ALL)]
    need(rows, "every selection of what was imported is on its text" if len(coded) else NOTHING)
    positions = rows["value"].str.extract(POSITIONS).astype("Int64")
    return rows[["file", "format", "item"]].assign(start=positions[0], end=positions[1]).reset_index(drop=True)


@computable
def lost(coded: pd.DataFrame) -> pd.DataFrame:
    """How many kinds of things of each file could not be kept, how many repairs it took, and what was joined."""
    coded = valid(coded)
    names = ("lost", "repair", "repeated", "replaced", "joined")
    rows = coded[coded["measure"].isin(names)]
    need(rows, "nothing was lost, repaired or joined")
    counted = rows.groupby(["file", "measure"], sort=False).agg(rows=("item", "size"), count=("count", "sum"))
    counted["count"] = counted["count"].where(counted["count"] > 0, counted["rows"])
    return _wide(counted.reset_index(), "measure", names)


@computable
def readings(coded: pd.DataFrame) -> pd.DataFrame:
    """By what it is known that a unit was read: a record, a package that came back, the user's word, or a coding."""
    coded = valid(coded)
    rows = coded[(coded["measure"] == "readings") & (coded["file"] != ALL)]
    need(rows, "nothing is known of who read what")
    return rows[["file", "format", "item", "count"]].rename(columns={"item": "known_by", "count": "readings"})


def _wide(rows: pd.DataFrame, by: str, names: Sequence[str]) -> pd.DataFrame:
    """A row for each file, a column for each name."""
    files = pd.Index(rows["file"].drop_duplicates(), name="file")
    columns = {name: rows[rows[by] == name].set_index("file")["count"].reindex(files) for name in names}
    return pd.DataFrame(columns).astype("Int64").reset_index()
