"""Any table of captured posts, comments or accounts, by a mapping from canonical columns to the file's columns.

Counts keep what was captured beside the number; times become UTC; a blank cell is missing. Rows with one identifier
twice are all returned for posts and comments: which of them to keep is decided, and counted, when the corpus is
tidied. Everything else is held to what the canonical table asks for.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import pandas as pd

from analysis import schema
from analysis.columns import Table, fits
from analysis.errors import CaptureError, nearest
from analysis.sources.counts import parse_count
from analysis.sources.times import parse_times, times_from_ids

SUFFIXES = (".csv", ".tsv", ".txt")
MEDIA = {"normal": "image", "图文": "image", "视频": "video"}
NO_PARENT = "0"
PROBLEMS_SHOWN = 10
# What the tidying of a corpus merges or drops, with a count of it, is no problem of the file.
TIDIED_KEYS = ("posts", "comments")
TIDIED_GAPS = (("comments", "text"),)
_TOPIC = re.compile(r"#([^#\[\]\n]+)\[话题\]")
_TAG = re.compile(r"[#＃]([^\s#＃\[\],.;:!?，。；：！？]+)")


@dataclass
class Capture:
    """A file's rows as texts, with the line of each, and the problems found so far."""

    where: str
    rows: pd.DataFrame
    lines: list[int]
    problems: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def cells(self, column: str) -> pd.Series:
        """A column's cells as captured; a blank one is missing."""
        return self.rows[column].mask(self.rows[column].str.strip() == "")

    def refuse(self, name: str, column: str, wrong: pd.Series, expected: str) -> None:
        """Note the cells of a column, mapped to `name`, that are not what was expected."""

        def told(place: int) -> str:
            found = self.rows[column].iloc[place]
            what = f"is '{found}'" if found.strip() else "is empty"
            return f"{what}; expected {expected}"

        if wrong.any():
            self.refused.add(name)
        self.note(shown(name, column), wrong, told)

    def note(self, what: str, wrong: pd.Series, told: Callable[[int], str]) -> None:
        """Note what is wrong in the first few rows, with their lines, and in how many rows it is so."""
        places = [place for place, is_wrong in enumerate(wrong) if is_wrong]
        for place in places[:PROBLEMS_SHOWN]:
            self.problems.append(f"{self.where}, line {self.lines[place]}: {what} {told(place)}.")
        if len(places) > PROBLEMS_SHOWN:
            self.problems.append(f"{self.where}: {what} is so in {len(places)} rows in all.")

    def raise_problems(self) -> None:
        """Raise `CaptureError` with every problem found so far."""
        if self.problems:
            mend = "Correct the mapping in study.yml or these cells, then run the same command again."
            raise CaptureError("\n".join([*self.problems, mend]))


def shown(name: str, column: str) -> str:
    """Name a file's column, and the canonical one that it is mapped to where that is another."""
    return f"'{column}'" if name == column else f"'{column} ({name})'"


def read_mapped(  # noqa: PLR0913 — each is a key of a table in study.yml
    path: Path,
    table: str,
    columns: Mapping[str, str],
    *,
    source: str,
    time_format: str = "ISO8601",
    utc_offset: str | float = 0,
    hashtag_separator: str = "#",
) -> pd.DataFrame:
    """Read a capture as a canonical table, typed.

    `columns` maps canonical columns to the file's; one with braces, such as `https://host/{post_id}`, is filled in.
    Raises `CaptureError` with every problem of the file.
    """
    capture = read_rows(path)
    _check_columns(capture, table, columns)
    capture.raise_problems()
    known = schema.TABLES[table]
    mapped = {name: column for name, column in columns.items() if "{" not in column}
    texts = pd.DataFrame(None, index=capture.rows.index, columns=known.column_names, dtype="str")
    times = {"time_format": time_format, "utc_offset": utc_offset}
    for name, column in mapped.items():
        texts[name] = _read_column(capture, known, name, column, times)
        if f"{name}_captured" in known.column_names:
            texts[f"{name}_captured"] = capture.cells(column).str.strip()
    if table == "posts":
        texts["hashtags"] = _hashtags(texts, hashtag_separator)
        texts = _fill_published_at(texts)
    for name, template in columns.items():
        if "{" in template:
            texts[name] = _fill_in(template, texts)
            capture.rows[template] = texts[name].fillna("")
    _check_cells(capture, known, columns, texts)
    _check_keys(capture, known, columns, texts)
    capture.raise_problems()
    return schema.typed(texts.assign(source=source), table)


def read_rows(path: Path) -> Capture:
    """Read a file's rows as texts. Raises `CaptureError` when it is missing, empty, not UTF-8 or ragged."""
    where = str(path)
    if path.suffix.lower() not in SUFFIXES:
        raise CaptureError(f"{where}: a '{path.suffix}' file; expected {', '.join(SUFFIXES)}. Save it as one of these.")
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise CaptureError(f"{where}: there is no such file. Check the path in study.yml.") from error
    except UnicodeDecodeError as error:
        raise CaptureError(f"{where}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    header, *found = _parsed(content, where) or [(0, [])]
    names = [name.strip() for name in header[1]]
    if not found:
        raise CaptureError(f"{where}: the file holds no rows; expected a line of column names, then a row per record.")
    ragged = [
        f"{where}, line {line}: {len(cells)} cells; expected {len(names)}."
        for line, cells in found
        if len(cells) != len(names)
    ]
    if ragged:
        raise CaptureError(
            "\n".join([*ragged[:PROBLEMS_SHOWN], f"{len(ragged)} such rows. Check quotes and separators."])
        )
    rows = pd.DataFrame([cells for _, cells in found], columns=names, dtype="str")
    return Capture(where, rows, [line for line, _ in found])


def _parsed(content: str, where: str) -> list[tuple[int, list[str]]]:
    """Each row's first line and its cells; blank lines left out."""
    separator = max(",;\t", key=content.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    rows, before = [], 0
    try:
        for cells in reader:
            if cells:
                rows.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        raise CaptureError(
            f"{where}, line {before + 1}: not readable: {error}. Check quotes and separators."
        ) from error
    return rows


def _check_columns(capture: Capture, table: str, columns: Mapping[str, str]) -> None:
    """Note mapped columns that the file lacks or has twice, and required ones that are not mapped."""
    found = list(capture.rows.columns)
    known = schema.TABLES[table]
    for name, column in columns.items():
        if name not in known.column_names:
            close = nearest(name, known.column_names)
            capture.problems.append(f"{capture.where}: '{name}' is not a column of {table}.{close}")
        elif "{" in column:
            fields = [part for _, part, _, _ in Formatter().parse(column) if part]
            unmapped = [part for part in fields if part not in columns]
            capture.problems += [f"{capture.where}: '{name}' is built from '{part}', not mapped." for part in unmapped]
        elif found.count(column) != 1:
            told = "stands twice" if column in found else "is missing"
            shown = f" Found: {', '.join(found)}." if column not in found else ""
            close = nearest(column, found)
            capture.problems.append(f"{capture.where}: column '{column}', mapped to '{name}', {told}.{close}{shown}")
    for needed in known.columns:
        if needed.required and needed.name not in (*columns, "source"):
            capture.problems.append(f"{capture.where}: no column is mapped to '{needed.name}', which {table} need.")


def _read_column(capture: Capture, known: Table, name: str, column: str, times: Mapping[str, str | float]) -> pd.Series:
    """A canonical column as checked texts."""
    meant = known.column(name)
    if meant.kind == "time":
        return _times(capture, name, column, times)
    if meant.kind == "integer":
        return _counts(capture, name, column)
    cells = capture.cells(column)
    if name.endswith("_id"):
        cells = cells.str.strip()
        if meant.required:
            capture.refuse(name, column, cells.isna(), "an identifier")
        return cells.mask(cells == NO_PARENT) if name == "parent_comment_id" else cells
    if meant.among:
        cells = cells.str.strip().replace(MEDIA)
    return cells


def _check_cells(capture: Capture, known: Table, columns: Mapping[str, str], texts: pd.DataFrame) -> None:
    """Hold each mapped column to its canonical one; what was refused as captured is not refused again."""
    for name, column in columns.items():
        meant, cells = known.column(name), texts[name]
        wrong = cells.notna() & ~fits(cells, column=meant)
        if meant.required and (known.name, name) not in TIDIED_GAPS:
            wrong |= cells.isna()
        if name not in capture.refused:
            capture.refuse(name, column, wrong, meant.expected)


def _check_keys(capture: Capture, known: Table, columns: Mapping[str, str], texts: pd.DataFrame) -> None:
    """Note identifiers that stand twice, where nobody decides later which row to keep."""
    if known.name in TIDIED_KEYS:
        return
    keys = texts[list(known.key)]
    repeated = keys.notna().all(axis=1) & keys.duplicated()
    first = pd.Series(capture.lines).groupby([keys[name] for name in known.key]).transform("first")

    def told(place: int) -> str:
        return f"is '{' / '.join(keys.iloc[place])}', which stands already in line {first[place]:.0f}"

    capture.note(" / ".join(shown(name, columns[name]) for name in known.key), repeated, told)


def _as_count(text: str) -> str | None:
    number, _ = parse_count(text)
    return None if number is None else str(number)


def _counts(capture: Capture, name: str, column: str) -> pd.Series:
    """Read each distinct count once; note those that cannot be read."""
    cells = capture.cells(column)
    converted: dict[str, str | None] = {}
    wrong = set()
    for text in cells.dropna().unique():
        try:
            converted[text] = _as_count(text)
        except ValueError:
            wrong.add(text)
    capture.refuse(name, column, cells.isin(wrong), "a count such as 12, 1.7万 or 10+")
    return cells.map(converted).astype("str")


def _times(capture: Capture, name: str, column: str, times: Mapping[str, str | float]) -> pd.Series:
    cells, time_format = capture.cells(column).str.strip(), str(times["time_format"])
    parsed = parse_times(cells, time_format, times["utc_offset"])
    capture.refuse(name, column, cells.notna() & parsed.isna(), f"a time like {time_format}")
    return _written(parsed)


def _written(times: pd.Series) -> pd.Series:
    shown: pd.Series = times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return shown.astype("str")


def _fill_published_at(texts: pd.DataFrame) -> pd.DataFrame:
    """Take the time of a post from its identifier where the capture has none, and say which it was."""
    captured = texts["published_at"].notna()
    published = texts["published_at"].where(captured, _written(times_from_ids(texts["post_id"])))
    origin = pd.Series("captured", index=texts.index).where(captured, "post_id")
    return texts.assign(published_at=published, published_from=origin.where(published.notna()))


def _hashtags(texts: pd.DataFrame, separator: str) -> pd.Series:
    """Each post's hashtags: those of the mapped column first, then others that stand in its text."""
    tags = [
        _distinct([*_parts(listed, separator), *_tags_in(text)])
        for listed, text in zip(texts["hashtags"], texts["text"], strict=True)
    ]
    return pd.Series([" ".join(found) or None for found in tags], index=texts.index, dtype="str")


def _parts(listed: object, separator: str) -> list[str]:
    return listed.split(separator) if isinstance(listed, str) else []


def _tags_in(text: object) -> list[str]:
    """The hashtags of a text: those that the platform marked, else those that only bear the sign."""
    if not isinstance(text, str):
        return []
    return _TOPIC.findall(text) or [tag for tag in _TAG.findall(text) if any(map(str.isalpha, tag))]


def _distinct(tags: list[str]) -> list[str]:
    """Tags without doubles, however they are capitalised; a space inside a tag becomes a low line."""
    first: dict[str, str] = {}
    for tag in ("_".join(tag.strip(" #＃").split()) for tag in tags):
        first.setdefault(tag.casefold(), tag)
    return [tag for tag in first.values() if tag]


def _fill_in(template: str, texts: pd.DataFrame) -> pd.Series:
    fields = [part for _, part, _, _ in Formatter().parse(template) if part]
    filled = [template.format(**dict(zip(fields, cells, strict=True))) for cells in texts[fields].to_numpy()]
    return pd.Series(filled, index=texts.index, dtype="str").where(texts[fields].notna().all(axis=1))
