"""Raw records to canonical ones, and several records of one post, comment or account to one.

Both are queries, so that nothing stands in memory whole. Which record of an identifier comes first in which file
decides nothing: each field is taken from the record in which it is richest.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from analysis import masking
from analysis.database import Connection, named, quoted
from analysis.schema import TABLES
from analysis.sources import macros
from analysis.sources.counts import COMMAS, UNIT
from analysis.sources.reader import RAW
from analysis.tables import ROWS_IN_A_GROUP

KEYS = {"posts": "post_id", "comments": "comment_id", "creators": "creator_id"}
COUNTS = {"posts": ("likes", "collects", "comments_count", "shares"), "comments": ("likes", "replies_count")}
_COUNTED = {name for names in COUNTS.values() for name in names}
_LONGER_IS_RICHER = ("title", "text", "self_description", "hashtags", "images")
_IDENTIFIERS = {"post_id", "comment_id", "parent_comment_id", "account", "account_name", "url"}
NO_IDENTIFIER, NO_POST, NO_TEXT = "no identifier", "no identifier of its post", "without text"
# What stays missing unless study.yml keeps it.
KEPT_BY = {"place": "places", "images": "images", "url": "addresses"}
# So many identifiers are merged and sorted at once, in bounded memory: whole groups of rows as they are written.
SLICE = 12 * ROWS_IN_A_GROUP

_UNITS = {
    2: ("百",), 3: ("k", "thousand", "千"), 4: ("w", "万", "萬"), 6: ("m", "million"), 8: ("亿", "億"),
    9: ("b", "billion"),
}  # fmt: skip
# Full-width, Arabic, Persian, Devanagari and Thai digits, each from its nought.
_NOUGHTS = (0xFF10, 0x0660, 0x06F0, 0x0966, 0x0E50)
_DIGITS = "".join(chr(nought + digit) for nought in _NOUGHTS for digit in range(10))
_SPACE = r"[\s\p{Z}\x0B\x1C-\x1F\x{85}]"
_COUNT = rf"(?i)^(\d+(?:,\d{{3}})*)(?:\.(\d+))?{_SPACE}*({UNIT}|){_SPACE}*\+?$"
_POINTED = reduce(
    lambda told, rule: f"regexp_replace({told}, {quoted(rule[0].replace('SPACE', _SPACE))}, {quoted(rule[1])}, 'i')",
    COMMAS,
    "words",
)
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}\x{FEFF}]"
# Anything in a list of words but words and single spaces between them.
_UNEVEN = r"^ | $|  |[\x00-\x1F\x7F-\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}]"
_ZEROS = " ".join(
    f"WHEN lower(unit) IN ({', '.join(map(quoted, words))}) THEN {zeros}" for zeros, words in _UNITS.items()
)
_MACROS = (
    f"""without_control(words) AS CASE WHEN regexp_matches(words, '{_CONTROL}')
        THEN regexp_replace(words, '{_CONTROL}', '', 'g') ELSE words END""",
    f"stripped(words) AS nullif(regexp_replace(regexp_replace(words, '^{_SPACE}+', ''), '{_SPACE}+$', ''), '')",
    # Missing for a text of spaces only; other texts keep the spaces at their ends.
    f"cleaned(words) AS CASE WHEN regexp_matches(words, '[^{_SPACE[1:]}') THEN without_control(words) END",
    """identifier(words) AS CASE WHEN regexp_full_match(words, '[!-~]+') THEN words
        ELSE stripped(without_control(words)) END""",
    f"""listed(words) AS CASE WHEN regexp_matches(words, '{_UNEVEN}')
        THEN stripped(regexp_replace(without_control(words), '{_SPACE}+', ' ', 'g')) ELSE nullif(words, '') END""",
    # A count as captured; missing where a tool wrote that there is none.
    """count_shown(words) AS CASE WHEN regexp_full_match(words, '[0-9]+') THEN words
        ELSE nullif(stripped(without_control(words)), '-1') END""",
    f"zeros_of(unit) AS CASE {_ZEROS} ELSE 0 END",
    # More digits than 18 do not fit into a column of whole numbers.
    "whole_number(digits) AS CASE WHEN length(ltrim(digits, '0')) <= 18 THEN TRY_CAST(digits AS BIGINT) END",
    """written_out(whole, fraction, zeros) AS CASE WHEN length(fraction) <= zeros
        THEN whole_number(replace(whole, ',', '') || rpad(fraction, zeros, '0')) END""",
    f"""plain_digits(words) AS CASE WHEN regexp_matches(words, '[{_DIGITS}]')
        THEN translate(words, '{_DIGITS}', '{"0123456789" * len(_NOUGHTS)}') ELSE words END""",
    f"with_point(words) AS CASE WHEN contains(words, ',') THEN {_POINTED} ELSE words END",
    f"""parsed_count(words) AS list_transform(
        [regexp_extract(with_point(plain_digits(words)), '{_COUNT}', ['whole', 'part', 'unit'])],
        lambda count: written_out(count.whole, rtrim(count.part, '0'), zeros_of(count.unit)))[1]""",
    # The number that a captured count stands for, by the rule of sources/counts.py; missing where it is unreadable.
    """count_number(shown) AS CASE WHEN regexp_full_match(shown, '[0-9]{1,18}') THEN TRY_CAST(shown AS BIGINT)
        WHEN shown IS NOT NULL THEN parsed_count(shown) END""",
    "is_exact(shown) AS regexp_full_match(shown, '[0-9,]+')",
    # Half of the last digit's worth: 1.2万 may stand for 11,500.
    f"""rounded_by(words) AS list_transform(
        [regexp_extract(plain_digits(words), '{_COUNT}', ['whole', 'part', 'unit'])],
        lambda count: CAST(floor(power(10, zeros_of(count.unit) - length(count.part)) / 2) AS BIGINT))[1]""",
    # The least that a rounded count, or one that ends in a plus, can stand for.
    """least_count(shown, number) AS CASE WHEN number IS NULL OR is_exact(shown) THEN NULL
        WHEN ends_with(shown, '+') THEN number ELSE number - rounded_by(shown) END""",
    """at_whole_second(moment) AS
        CASE WHEN moment >= TIMESTAMP '1970-01-01' AND moment < TIMESTAMP '10000-01-01'
             THEN date_trunc('second', moment) END""",
    # The names that a record mentions and, where its words hold it, the name of its own account.
    """own_name(words, own, names) AS CASE WHEN contains(array_to_string(words, ' '), own)
        THEN concat_ws(chr(10), names, own) ELSE names END""",
    # A tag in which something was masked is left out.
    """unmasked_tags(tags, masked) AS CASE WHEN tags = masked THEN tags
        ELSE nullif(array_to_string(list_filter(string_split(tags, ' '),
            lambda tag: list_contains(string_split(masked, ' '), tag)), ' '), '') END""",
)

# How a canonical column comes out of the cleaned columns of a raw record, where it is not one of them.
_ACCOUNT = "pseudonym(account, account_name)"
_MASKED = {name: f"masked_text({name}, names)" for name in ("title", "text", "query", "self_description")}
_SPECIAL: Mapping[str, Mapping[str, str]] = {
    "posts": {
        **_MASKED,
        "creator_id": _ACCOUNT,
        "hashtags": "unmasked_tags(hashtags, masked_tags)",
        "published_at": "coalesce(published_at, id_time(post_id))",
        "published_from": "CASE WHEN published_at IS NOT NULL THEN coalesce(published_from, 'captured') "
        "WHEN id_time(post_id) IS NOT NULL THEN 'post_id' END",
        "media": "CASE WHEN media IN ('image', 'video', 'none') THEN media END",
    },
    "comments": {
        **_MASKED,
        "author_id": _ACCOUNT,
        "parent_comment_id": "CASE WHEN parent_comment_id NOT IN ('0', comment_id) THEN parent_comment_id END",
    },
    "creators": {
        **_MASKED, "creator_id": _ACCOUNT, "side": "CASE WHEN side IN ('newcomer', 'host') THEN side END"
    },
}  # fmt: skip
_REASON = {
    "posts": f"CASE WHEN post_id IS NULL THEN {quoted(NO_IDENTIFIER)} END",
    "comments": f"CASE WHEN comment_id IS NULL THEN {quoted(NO_IDENTIFIER)} "
    f"WHEN post_id IS NULL THEN {quoted(NO_POST)} WHEN text IS NULL THEN {quoted(NO_TEXT)} END",
    "creators": f"CASE WHEN creator_id IS NULL THEN {quoted(NO_IDENTIFIER)} END",
}


@dataclass(frozen=True)
class Capture:
    """A capture file as the report names it, and what to know before relying on it."""

    label: str
    format: str
    checksum: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Canonical records of one table out of one capture, staged: with reasons of unusable ones, not yet merged."""

    capture: str
    table: str
    path: Path

    @property
    def records(self) -> str:
        """All records, as something to select from."""
        return f"read_parquet({quoted(str(self.path))})"

    @property
    def usable(self) -> str:
        """The usable records with all canonical columns, as a query."""
        return f"SELECT * EXCLUDE (reason, line), {quoted(self.capture)} AS source FROM {self.records} WHERE reason IS NULL"  # noqa: S608, E501


def define(db: Connection, key: bytes) -> None:
    """Give a connection the macros of readers, of masking with the study's key, and of this module."""
    macros.define(db)
    masking.define(db, key)
    for macro in _MACROS:
        db.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


def canonical(db: Connection, table: str, query: str, keep: Collection[str]) -> str:
    """The query of a reader as one of canonical records, with the reason and the line of those that are unusable."""
    given = {name for name, *_ in db.execute(f"DESCRIBE {query}").fetchall()}
    # One SELECT a step, since a macro would work out again each time what it is given.
    raw = _listed({name: _typed(name, kind, given) for name, kind in RAW[table].items()})
    clean = _listed(
        {name: _cleaned(name, kind) for name, kind in RAW[table].items()} | {"names": "cleaned(known_names)"}
    )
    # Whoever wrote it may say so in it, and often it is the title.
    own = f"own_name([{', '.join(_own_words(table))}], trim(account_name), names) AS known_names"
    # Masking inside a lambda would prepare its rules anew for every few rows.
    masked = ", masked_text(hashtags, names) AS masked_tags" if "hashtags" in RAW[table] else ""
    cells = _listed(_cells(table, keep))
    return (
        f"SELECT * REPLACE (coalesce(reason, {_REASON[table]}) AS reason) FROM (SELECT {cells}, reason, line "  # noqa: S608
        f"FROM (SELECT *{masked} FROM (SELECT {clean} FROM (SELECT *, {own} FROM (SELECT {raw} FROM ({query}))))))"
    )


def _own_words(table: str) -> list[str]:
    """The raw columns in which whoever wrote a record speaks."""
    return [name for name in ("title", "text", "hashtags", "self_description") if name in RAW[table]]


def count_records(db: Connection, table: str, records: Sequence[str]) -> list[str]:
    """Count the records of each identifier; the slices in which to merge them, in their order.

    The slices depend on the identifiers alone, so that the corpus is the same however many files it came in.
    """
    key = KEYS[table]
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE counted AS SELECT {key}, count(*) AS records "  # noqa: S608
        f"FROM ({_every(table, records)}) GROUP BY {key}"
    )
    first = (
        f"SELECT {key} FROM (SELECT {key}, row_number() OVER (ORDER BY {key}) AS place FROM counted) "  # noqa: S608
        f"WHERE place > 1 AND place % {SLICE} = 1 ORDER BY {key}"
    )
    ((several,),) = db.execute("SELECT count(*) FROM counted").fetchall()
    ends = [quoted(end) for (end,) in db.execute(first).fetchall()]
    starts = [f"{key} >= {end}" for end in ends]
    stops = [f"{key} < {end}" for end in ends]
    pairs = zip(["true", *starts], [*stops, "true"], strict=True)
    return [" AND ".join(pair) for pair in pairs] if several else []


def merged(table: str, records: Sequence[str], within: str) -> str:
    """A query of one record for each identifier of a slice, each field from where it is richest, sorted."""
    key, columns = KEYS[table], ", ".join(TABLES[table].column_names)
    # Both branches below take from what was read once.
    held = f"SELECT * FROM ({_every(table, records)}) WHERE {within}"  # noqa: S608
    times = {c.name: f"timezone('UTC', {c.name})" for c in TABLES[table].columns if c.kind == "time"}
    marked = f"REPLACE ({_listed(times)})" if times else ""
    several = f"(SELECT {key} FROM counted WHERE records > 1)"  # noqa: S608
    richest = _richest(table, f"SELECT * FROM held SEMI JOIN {several} USING ({key})")  # noqa: S608
    return (
        f"WITH held AS MATERIALIZED ({held}) SELECT * {marked} FROM "  # noqa: S608
        f"(SELECT {columns} FROM held ANTI JOIN {several} USING ({key}) UNION ALL SELECT {columns} FROM ({richest})) "
        f"ORDER BY {key}"
    )


def kept_columns(table: str, keep: Collection[str]) -> str:
    """The columns of a corpus, to select; those that study.yml no longer keeps are missing."""
    dropped = [name for name, asked in KEPT_BY.items() if asked not in keep]
    # Times are marked as UTC in the corpus, and unmarked while they are worked on.
    cells = {
        column.name: "NULL::VARCHAR"
        if column.name in dropped
        else f"{column.name}::TIMESTAMP"
        if column.kind == "time"
        else column.name
        for column in TABLES[table].columns
    }
    return _listed(cells)


def _listed(cells: Mapping[str, str]) -> str:
    return ", ".join(f"{cell} AS {named(name)}" for name, cell in cells.items())


def _typed(name: str, kind: str, given: Collection[str]) -> str:
    return f"CAST({named(name)} AS {kind})" if name in given else f"NULL::{kind}"


def _cleaned(name: str, kind: str) -> str:
    """A raw column without control characters, and missing where it is blank."""
    if kind == "TIMESTAMP":
        return f"at_whole_second({name})"
    if kind == "BIGINT":
        return name
    if name in _COUNTED:
        return f"count_shown({name})"
    if name in ("hashtags", "images"):
        return f"listed({name})"
    return f"identifier({name})" if name in _IDENTIFIERS else f"cleaned({name})"


def _cells(table: str, keep: Collection[str]) -> dict[str, str]:
    """Each canonical column out of the cleaned ones, but for the source."""
    dropped = [name for name, asked in KEPT_BY.items() if asked not in keep]
    cells = {}
    for name in TABLES[table].column_names[:-1]:
        counted = name.removesuffix("_captured")
        if name in dropped or counted not in {*RAW[table], *_SPECIAL[table]}:
            cells[name] = "NULL::VARCHAR"
        elif name in _COUNTED:
            cells[name] = f"count_number({name})"
        else:
            cells[name] = _SPECIAL[table].get(name, counted)
    return cells


def _every(table: str, records: Sequence[str]) -> str:
    return " UNION ALL BY NAME ".join([*records, _nothing(table)])


def _nothing(table: str) -> str:
    """No record, with all columns in their types."""
    kinds = {"integer": "BIGINT", "time": "TIMESTAMP"}
    cells = {column.name: f"NULL::{kinds.get(column.kind, 'VARCHAR')}" for column in TABLES[table].columns}
    return f"SELECT {_listed(cells)} WHERE false"


def _richest(table: str, several: str) -> str:
    """One record for each identifier of these records."""
    key = KEYS[table]
    fields = ", ".join(f"{winner} AS {name}" for name, winner in _winners(table).items())
    taken = ", ".join(f"{value} AS {named(column)}" for column, value in _taken(table).items())
    floors = "".join(
        f", max(least_count({name}_captured, {name})) OVER (PARTITION BY {key}) AS {name}_floor"
        for name in COUNTS.get(table, ())
    )
    held = f"SELECT *{floors} FROM ({several})"  # noqa: S608
    return f"SELECT {taken} FROM (SELECT {key}, {fields} FROM ({held}) GROUP BY {key})"  # noqa: S608


def _winners(table: str) -> dict[str, str]:
    """For each field the aggregate that finds the richest; what ranks first in it decides, then what follows."""
    later = "coalesce(epoch(collected_at), -1)" if table == "posts" else "-1"
    winners = {}
    for name in TABLES[table].column_names:
        if name == "source":
            winners[name] = "list_sort(list_distinct(flatten(list(string_split(source, ' ')))))"
        elif name not in (KEYS[table], "published_from") and not name.endswith("_captured"):
            filled = f"{name}_captured" if name in _COUNTED else name
            winners[name] = f"max({{{_ranked(name, later)}}}) FILTER ({filled} IS NOT NULL)"
    return winners


def _ranked(name: str, later: str) -> str:
    """What a field is ranked by, first things first."""
    if name in _COUNTED:
        # Counts grow from capture to capture. So an exact one is taken, the latest, unless it is below what another
        # capture says that there are at least: then it is of an earlier day, or wrong.
        shown = f"{name}_captured"
        possible = f"NOT is_exact({shown}) OR {name} >= coalesce({name}_floor, 0)"
        rank = f"'readable': {name} IS NOT NULL, 'possible': {possible}, 'exact': is_exact({shown}), 'later': {later}"
        return f"{rank}, 'number': coalesce({name}, -1), 'shown': {shown}"
    if name == "published_at":
        return f"'known': published_from = 'captured', 'later': {later}, 'value': {name}, 'origin': published_from"
    # A search result cuts a title, and lists one image of several.
    length = f"'long': length({name}), " if name in _LONGER_IS_RICHER else ""
    return f"{length}'later': {later}, 'value': {name}"


def _taken(table: str) -> dict[str, str]:
    """Each canonical column out of the winners."""
    taken = {}
    for name in TABLES[table].column_names:
        if name == KEYS[table]:
            taken[name] = name
        elif name == "source":
            taken[name] = "array_to_string(source, ' ')"
        elif name == "published_from":
            taken[name] = "published_at.origin"
        elif name.endswith("_captured"):
            taken[name] = f"{name.removesuffix('_captured')}.shown"
        elif name in _COUNTED:
            taken[name] = f"CASE WHEN {name}.readable THEN {name}.number END"
        else:
            taken[name] = f"{name}.value"
    return taken
