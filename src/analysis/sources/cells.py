"""What readers of tables have in common: which tables of a file they know, and a query for each of its records."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from analysis.database import Connection, named, quoted
from analysis.sources import macros
from analysis.sources.reader import Opened
from analysis.sources.rows import rows

NOTHING = "NULL::VARCHAR"
UNREADABLE = "not readable as JSON"
NO_IDENTIFIER = "no identifier"
A_NUMBER = "an identifier that a spreadsheet turned into a number"
_MEDIA = {"image": ("normal", "图文", "图集"), "video": ("video", "视频")}
_NO_PARENT = ("0", "0.0", "-", "none", "null")
# A spreadsheet shows fifteen digits of a number; its file holds the nearest number that binary digits can write.
_ROUNDED = r"\d+\.\d*|\d+(?:\.\d+)?[eE]\+\d+|\d{15,17}0{5,}"
_MACRO = f"""is_rounded(identifier) AS regexp_full_match(identifier, '{_ROUNDED}')
    OR (length(identifier) > 19
        AND TRY_CAST(TRY_CAST(identifier AS DOUBLE) AS HUGEINT)::VARCHAR IS NOT DISTINCT FROM identifier)"""


@dataclass(frozen=True)
class Cells:
    """The cells of a table's record, as SQL; one of a column that the table lacks is missing."""

    columns: Collection[str]

    def __call__(self, *names: str) -> str:
        """The first cell that is not blank, of the columns that there are among these."""
        found = [f"blank_to_null({named(name)})" for name in names if name in self.columns]
        return f"coalesce({', '.join(found)})" if len(found) > 1 else (found or [NOTHING])[0]

    def identifier(self, *names: str) -> str:
        """An identifier without spaces around it."""
        cell = self(*names)
        return cell if cell == NOTHING else f"trimmed({cell})"


@dataclass(frozen=True)
class Layout:
    """A table that a reader knows: by which columns, by which it is another's, and what its cells become."""

    gives: str
    needs: frozenset[str]
    record: Callable[[Cells], Mapping[str, str]]
    lacks: frozenset[str] = frozenset()

    def fits(self, columns: Collection[str]) -> bool:
        """Whether a table of these columns is one of this layout."""
        return self.needs.issubset(columns) and self.lacks.isdisjoint(columns)


def columns_of(opened: Opened) -> Mapping[str, Collection[str]]:
    """The columns of each table of a file; of a JSON file, the keys of its first records."""
    return opened.tables or {"": tuple(dict.fromkeys(key for record in opened.sample for key in record))}


def known(opened: Opened, layouts: Sequence[Layout]) -> dict[str, Layout]:
    """The tables of a file that are of one of these layouts."""
    fitting = {
        table: [layout for layout in layouts if layout.fits(columns)] for table, columns in columns_of(opened).items()
    }
    return {table: found[0] for table, found in fitting.items() if found}


def queries(db: Connection, opened: Opened, tables: Mapping[str, Layout]) -> dict[str, str]:
    """A query for each canonical table that these tables of a file give."""
    macros.define(db)
    db.execute(f"CREATE OR REPLACE MACRO {_MACRO}")
    found: dict[str, list[str]] = {}
    for table, layout in tables.items():
        found.setdefault(layout.gives, []).append(_query(db, opened, table, layout))
    return {gives: " UNION ALL BY NAME ".join(parts) for gives, parts in found.items()}


def _query(db: Connection, opened: Opened, table: str, layout: Layout) -> str:
    source = rows(db, opened, table)
    columns = [name for name, *_ in db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]  # noqa: S608
    record = layout.record(Cells(columns))
    carried = [f"{cell} AS {name}" for name, cell in record.items() if cell != NOTHING]
    return f"SELECT {', '.join(carried)}, line FROM {source}"  # noqa: S608


def reason(*identifiers: str) -> str:
    """Why a record cannot be used: it is no record, or an identifier is missing or no longer what was captured."""
    missing = " OR ".join(f"{identifier} IS NULL" for identifier in identifiers)
    rounded = " OR ".join(f"is_rounded({identifier})" for identifier in identifiers)
    cases = {"unreadable": UNREADABLE, missing: NO_IDENTIFIER, rounded: A_NUMBER}
    return f"CASE {' '.join(f'WHEN {case} THEN {quoted(told)}' for case, told in cases.items())} END"


def account(user_id: str) -> str:
    """The account of an identifier; missing where that is no longer what was captured, since others may share it."""
    return NOTHING if user_id == NOTHING else f"CASE WHEN NOT is_rounded({user_id}) THEN account_key({user_id}) END"


def published(captured: str, post_id: str) -> dict[str, str]:
    """When a post was published, as captured or else out of its identifier, and which of the two it is."""
    return {
        "published_at": f"coalesce({captured}, id_time({post_id}))",
        "published_from": f"CASE WHEN {captured} IS NOT NULL THEN 'captured'"
        f" WHEN id_time({post_id}) IS NOT NULL THEN 'post_id' END",
    }


def parent(identifier: str, own: str) -> str:
    """The comment that a comment answers; missing where the cell holds a sign for none, or the comment itself."""
    none = f"lower({identifier}) IN ({', '.join(map(quoted, _NO_PARENT))})"
    return (
        NOTHING
        if identifier == NOTHING
        else f"CASE WHEN NOT {none} AND {identifier} IS DISTINCT FROM {own} THEN {identifier} END"
    )


def media(kind: str) -> str:
    """What a post shows, by the platform's word for its kind."""
    cases = [
        f"WHEN lower({kind}) IN ({', '.join(map(quoted, words))}) THEN {quoted(shows)}"
        for shows, words in _MEDIA.items()
    ]
    return NOTHING if kind == NOTHING else f"CASE {' '.join(cases)} END"


def addresses(cell: str, separator: str) -> str:
    """Addresses separated by single spaces, by what stands between two of them in the file."""
    spaced = rf"regexp_replace({cell}, '{separator}\s*(https?://)', ' \1', 'g')"
    return NOTHING if cell == NOTHING else f"trim({spaced})"
