"""Every text that the results of a study show and that our own code makes: what the catalogue of results asks for."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from analysis import agreement, code_pages, on_page, recounted, saturation, schema
from analysis.claim_rows import Rows
from analysis.columns import EXPECTED
from analysis.compared import VERDICTS
from analysis.computable import NotComputable
from analysis.figures import retelling
from analysis.recorded import recorded_values
from analysis.study import Study
from analysis.wording import BETWEEN, LETTERS, UNIT, open_numbers

# Columns whose cells are words of ours; those of all others are data.
WORDED = {
    "across", "agrees", "basis", "change", "choice", "chosen", "computable", "counted_by", "criterion", "decision",
    "followed_because", "from_side", "given_by", "highest_at", "how", "intervals_by", "kind", "language", "length",
    "level", "lowest_at", "meaning", "measure", "name", "of", "origin", "pattern", "result", "role", "same_span",
    "section", "side", "speaker_side", "table", "theme", "thread", "threads_of", "to_side", "token_unit", "told_by",
    "touches", "uneven", "verdict", "weights", "within_twice",
}  # fmt: skip
# Columns in which whole sentences of ours stand.
PROSE = {
    "activity", "asks", "definition", "event", "exclude", "finding", "gist", "include", "label", "left_open", "note",
    "noted_by_reader", "proposal", "reason", "statement", "to_be_fair", "what", "why",
}  # fmt: skip
# Columns of published tables whose cells are words of ours, though what another table has by that name is data.
OF_PUBLISHED = {
    "criteria": ("measure",),
    "evidence": ("figure",),
    "implications": ("name", "learners"),
    "sample": ("measure", "qualifier"),
}
# Columns whose cells hold several such texts, one after the other.
LISTED = {"found_by_rule", "where"}
# What a study with other coders may show.
OF_OTHER_CODINGS = (
    saturation.MOST_UNITS, saturation.TIED, agreement.GIVEN_ON_FEW, agreement.LEFT_OUT_ON_FEW,
    *(result.label for result in recounted.RESULTS.values()),
    "to be coded again: 1 coding", "to be coded again: 2 codings",
    "to be coded again: 1 coding of {code}", "to be coded again: 2 codings of {code}",
)  # fmt: skip
# The heads of the tables that tell the columns of a table.
OF_SCHEMA = ("column", "may hold", "meaning", "needed")
# A share as results write it: a text without a word.
SHARE = "{1} %"
CAPTION = re.compile(r"^ *:caption: *(.+)$", re.MULTILINE)
COLUMNS = re.compile(r"^ *:columns: *(.+)$", re.MULTILINE)
# A name in the data or in the code.
IDENTIFIER = re.compile(r"[a-z]+(_[a-z]+)+")
SPEAKERS = {"say", "say_html"}
# What the table of the comparison says through variables.
SAID_BY_NAME = (
    "the claim", "the original", "this study", "value", "The original beside this study.",
    "numbers that both studies have", "numbers of this study alone",
    "The original's claims by kind, and what became of them beside this study's data.",
)  # fmt: skip
IMPORTED = "from analysis.wording import say"


def texts_of_results(study: Study) -> list[str]:
    """The texts, their numbers left open, in order and each once."""
    found = [*_of_pages(study.root), *_of_index(study), *_of_values(study), *_of_tables(study), *_of_drawings(study)]
    found += _of_claims(study)
    return _opened([*found, *_of_codebook(study)], _of_code(study.root))


def texts_of_tables(study: Study) -> list[str]:
    """What we wrote into the tables of the study, and what the columns of all tables mean."""
    known = set(texts_of_results(study))
    return [text for text in _opened([*_of_schema(), *_of_prose(study), *_of_published(study)]) if text not in known]


def _opened(found: Iterable[str], code: Iterable[str] = ()) -> list[str]:
    # A hashtag is a word of the data.
    texts = (text for text in found if LETTERS.search(text) and not text.startswith("#"))
    opened = (open_numbers(" ".join(text.split()))[0] for text in texts)
    return list(dict.fromkeys(text for text in [*code, *opened] if text))


def _of_code(root: Path) -> Iterator[str]:
    """What stands in a call of `say` in the package and in the book's extension, and the marks of origin."""
    for path in (*sorted((root / "src" / "analysis").rglob("*.py")), *sorted((root / "book" / "_ext").glob("*.py"))):
        code = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(code)) if IMPORTED in code else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
                yield from _literals(node.args[0])
    yield from (
        *(f"mark: {origin}" for origin in on_page.MARKS),
        *on_page.MARKS.values(),
        *VERDICTS,
        *SAID_BY_NAME,
        *(open_numbers(text)[0] for text in OF_OTHER_CODINGS),
        SHARE,
        BETWEEN,
    )
    yield from (*code_pages.TOLD.values(), code_pages.ABOUT, *code_pages.CAPTIONS.values(), *code_pages.ABSENT.values())


def _literals(said: ast.expr) -> Iterator[str]:
    """The text or texts in a call; what is put into a text counts as a number."""
    if isinstance(said, ast.IfExp):
        yield from (*_literals(said.body), *_literals(said.orelse))
    elif isinstance(said, ast.Constant):
        yield str(said.value)
    elif isinstance(said, ast.Call) and isinstance(said.func, ast.Attribute) and said.func.attr == "get":
        yield from (str(part.value) for part in said.args if isinstance(part, ast.Constant))
    elif isinstance(said, ast.JoinedStr):
        parts = (str(part.value) if isinstance(part, ast.Constant) else "1" for part in ast.iter_child_nodes(said))
        yield open_numbers("".join(parts).strip())[0]


def _of_schema() -> Iterator[str]:
    yield from (*OF_SCHEMA, *EXPECTED.values())
    for table in schema.TABLES.values():
        yield from (f"One row is {table.row}.", f"The columns of {table.name}; one row is {table.row}.")
        for column in table.columns:
            yield column.meaning


def _of_pages(root: Path) -> Iterator[str]:
    for path in sorted((root / "book").rglob("*.md")):
        page = path.read_text(encoding="utf-8")
        yield from CAPTION.findall(page)
        yield from (column.replace("_", " ") for columns in COLUMNS.findall(page) for column in columns.split())


def _of_index(study: Study) -> Iterator[str]:
    for entry in json.loads((study.results / "index.json").read_text(encoding="utf-8")).values():
        yield from (entry["caption"], entry.get("alt", ""), entry["missing"])


def _of_values(study: Study) -> Iterator[str]:
    for name, value in study.values().items():
        yield from (on_page.spoken_name(name), value["unit"], value["missing"])
        yield f"{UNIT}: {value['unit']}" if value["unit"] not in ("", "share") else ""
        yield "" if value["missing"] else value["text"]
    # Those of a run that is only recorded stand on the pages too.
    told = (value["missing"] or value["text"] for value in recorded_values(study).values())
    yield from (text for text in told if not on_page.CHECKSUM.search(text))


def _of_tables(study: Study) -> Iterator[str]:
    for path in _csvs(study.results / "tables"):
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        for column in table.columns:
            yield str(column).replace("_", " ")
            if column in WORDED:
                yield from sorted(set(table[column]))
            if column in LISTED:
                yield from sorted({text for cell in table[column] for text in cell.split(BETWEEN)})


def _csvs(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.csv"))


def _of_prose(study: Study) -> Iterator[str]:
    for path in [path for folder in (study.folder / "published", study.results / "tables") for path in _csvs(folder)]:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        for column in (name for name in table.columns if name in PROSE):
            yield from table[column]


def _of_published(study: Study) -> Iterator[str]:
    for name, columns in OF_PUBLISHED.items():
        table = study.table(name)
        for column in columns if not isinstance(table, NotComputable) else ():
            cells = sorted(set(table[column].dropna().astype("str")))
            yield from (cell for cell in cells if not IDENTIFIER.fullmatch(cell))


def _of_claims(study: Study) -> Iterator[str]:
    """What the article prints for a claim and what was computed for it, with their units."""
    for row in Rows(study).by_id.values():
        yield from (row.published, *(value.text for value in row.computed))


def _of_drawings(study: Study) -> Iterator[str]:
    for path in sorted((study.results / "figures").glob("*.svg")):
        drawing = path.read_text(encoding="utf-8")
        yield from retelling.words_of(drawing)


def _of_codebook(study: Study) -> Iterator[str]:
    codebook = study.table("codebook")
    yield from [] if isinstance(codebook, NotComputable) else codebook["name"]
