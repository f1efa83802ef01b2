"""The article's printed list of references: what is wrong in it, and where text and list part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from analysis.computable import computable
from analysis.errors import TableError

DOI_ADDRESS = re.compile(r"https?://(dx\.)?doi\.org/10\.\d{4,9}/\S+")
BARE_DOI = re.compile(r"10\.\d{4,9}/\S+")


@dataclass(frozen=True)
class Work:
    """A work as the bibliography has it: its title, and its first and last page where it is part of another."""

    title: str
    pages: tuple[int, int] | None = None


def read_bibliography(path: Path) -> dict[str, Work]:
    """Every work of a .bib file by its key. Raises `TableError` when the file cannot be read as one."""
    # Pybtex takes long to load; only this step needs it.
    from pybtex.database import PybtexError, parse_file

    try:
        entries = parse_file(str(path), bib_format="bibtex", encoding="utf-8").entries
    except (OSError, PybtexError) as error:
        raise TableError(f"{path.name}: not readable as BibTeX: {error}. Correct that entry.") from error
    return {key: _work(dict(entry.fields)) for key, entry in entries.items()}


def surnames(cited_as: str) -> list[str]:
    """The family names in a citation.

    >>> surnames("Sloan & Quan-Haase, 2017"), surnames("Liu et al., 2025"), surnames("van Lier, 2004")
    (['Sloan', 'Quan-Haase'], ['Liu'], ['van Lier'])
    """
    names = cited_as.rpartition(",")[0].removesuffix(" et al.")
    return [name.strip() for name in names.split("&")]


def address_problem(address: object) -> str:
    """What is wrong with a printed address; empty when nothing is, or when there is none.

    >>> address_problem("https://doi.org/10.1111/weng.12443")
    ''
    >>> address_problem("https://doi.org/10.125/44473")
    'printed as a DOI, but not a well-formed one: https://doi.org/10.125/44473'
    """
    if not isinstance(address, str) or DOI_ADDRESS.fullmatch(address):
        return ""
    if BARE_DOI.fullmatch(address):
        return f"DOI without an address: {address}"
    if "doi.org/" in address:
        return f"printed as a DOI, but not a well-formed one: {address}"
    return "" if re.fullmatch(r"https?://\S+", address) else f"no address: {address}"


@computable
def audit_references(references: pd.DataFrame, citations: pd.DataFrame, bibliography: dict[str, Work]) -> pd.DataFrame:
    """Every problem that a rule finds in the list: one row each, in the list's order.

    The rules: works cited but not listed, and listed but not cited; names and years that differ between text and
    list; entries out of alphabetical order; malformed addresses; one title listed twice.
    """
    listed = references.sort_values("position")
    found = [
        *_not_listed(listed, citations),
        *_never_cited(listed, citations),
        *_printed_differently(listed, citations),
        *_out_of_order(listed),
        *_malformed_addresses(listed),
        *_listed_twice(listed, bibliography),
    ]
    place = dict(zip(listed["reference"], listed["position"], strict=True))
    table = pd.DataFrame(found, columns=["reference", "rule", "found"]).drop_duplicates()
    order = table["reference"].map(place).astype("Int64")
    return table.assign(position=order).sort_values(["position", "rule", "found"], ignore_index=True)


@computable
def reference_problems(references: pd.DataFrame, audit: pd.DataFrame) -> pd.DataFrame:
    """The entries with a problem: as printed, what a rule found, and what a reader noted."""
    by_rule = audit.groupby("reference")["found"].agg("; ".join).rename("found_by_rule").reset_index()
    table = references.merge(by_rule, on="reference", how="outer").sort_values("position", ignore_index=True)
    flagged = table[table["problem"].notna() | table["found_by_rule"].notna()]
    columns = [
        "position",
        "reference",
        "authors_printed",
        "year_printed",
        "address_printed",
        "problem",
        "found_by_rule",
    ]
    return flagged[columns].rename(columns={"problem": "noted_by_reader"}).reset_index(drop=True)


def _work(fields: dict[str, str]) -> Work:
    title = re.sub(r"[{}]", "", fields["title"]).replace("``", "“").replace("''", "”")
    pages = re.fullmatch(r"(\d+)--?(\d+)", fields.get("pages", ""))
    return Work(title, (int(pages[1]), int(pages[2])) if pages else None)


def _not_listed(listed: pd.DataFrame, citations: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    known = set(listed["reference"])
    for row in citations.to_dict("records"):
        if row["reference"] not in known:
            yield (
                row["cited_as"],
                "not listed",
                f"cited in {place(row['section'])} as {row['cited_as']}, but not listed",
            )


def _never_cited(listed: pd.DataFrame, citations: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    cited = set(citations["reference"].dropna())
    for reference in listed["reference"]:
        if reference not in cited:
            yield (reference, "never cited", "listed, but never cited in the text")


def _printed_differently(listed: pd.DataFrame, citations: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    both = citations.merge(listed, on="reference", suffixes=("", "_listed"))
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for row in both.to_dict("records"):
        for name in surnames(row["cited_as"]):
            if not re.search(rf"\b{re.escape(name)}\b", row["authors_printed"]):
                found.setdefault((row["reference"], "name", name, row["authors_printed"]), []).append(row["section"])
        year = row["cited_as"].rpartition(" ")[2]
        if not row["year_printed"].startswith(year):
            found.setdefault((row["reference"], "year", year, row["year_printed"]), []).append(row["section"])
    for (reference, rule, text, printed), sections in found.items():
        yield (reference, rule, f"the text has {text} ({', '.join(map(place, sections))}), the list has {printed}")


def _out_of_order(listed: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    rows = listed.to_dict("records")
    for this, following in pairwise(rows):
        if _sorted_by(this["authors_printed"]) > _sorted_by(following["authors_printed"]):
            told = f"out of alphabetical order: stands before {following['authors_printed']}"
            yield (this["reference"], "order", told)


def _malformed_addresses(listed: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    for row in listed.to_dict("records"):
        problem = address_problem(row["address_printed"])
        if problem:
            yield (row["reference"], "address", problem)


def _listed_twice(listed: pd.DataFrame, bibliography: dict[str, Work]) -> Iterator[tuple[str, str, str]]:
    seen: dict[tuple[str, str], str] = {}
    for row in listed.to_dict("records"):
        work = bibliography.get(row["reference"], Work(row["reference"]))
        same = (row["authors_printed"], work.title.casefold())
        if same in seen:
            yield (row["reference"], "twice", f"same author and title as {seen[same]}: two editions of one work")
        seen.setdefault(same, row["reference"])


def _sorted_by(authors: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", authors.casefold()))


def place(section: str) -> str:
    """A section as a reader would name it.

    >>> place("5.1"), place("Abstract")
    ('section 5.1', 'Abstract')
    """
    return f"section {section}" if section[:1].isdigit() else section
