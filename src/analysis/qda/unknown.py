"""Units and codes of tables that nobody knows: misspelt as a rule, and then told with what may be meant."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

import pandas as pd

from analysis.errors import CodingError
from analysis.qda.coding_parts import SHEET, TABLE
from analysis.qda.gathering import Given
from analysis.qda.project import Source
from analysis.qda.units import Units

# From which likeness on a name may be another misspelt; how many are told; among how many likeness is looked for.
NEAR, TOLD_AT_MOST, LOOKED_AT = 0.8, 20, 20_000
# A beginning this long says which identifier is meant, if it is that of one alone.
SHORTEST = 5
UNITS = (
    "Correct the units and import again. Where texts of your own were coded that are not in the corpus, such as "
    "interviews, add --documents: each is kept as a document."
)
CODES = (
    "Correct the heading and import again. A code that is new on purpose goes into the sheet 'codebook' first, with a "
    "definition."
)


def unknown_units(given: Given, units: Units) -> Iterator[str]:
    """What is wrong with a table without texts: every unit that no post, comment or picture is called by."""
    project = given.project
    if project.origin not in (TABLE, SHEET):
        return
    unknown = [source for source in project.sources if not source.text and not is_known(source, units)]
    places: dict[str, str] = {}
    for coding in project.codings:
        places.setdefault(coding.source, coding.where)
    for source in unknown[:TOLD_AT_MOST]:
        at = f", {places[source.guid]}" if places.get(source.guid) else ""
        told = f"{given.shown}{at}: unit '{source.name}' is no post, comment, screenshot or document of the study."
        yield f"{told}{_meant(source.name, units)}"
    if len(unknown) > TOLD_AT_MOST:
        yield f"{given.shown}: and {len(unknown) - TOLD_AT_MOST:,} more of {len(project.sources):,} units."


def is_known(source: Source, units: Units) -> bool:
    """Whether a source that is named by an identifier is a unit of the study."""
    found = source.guid in units.by_id or source.guid in units.by_guid
    return found or any(True for _ in units.called(source.name))


def _meant(name: str, units: Units) -> str:
    """Which unit may be meant; empty where none is like it."""
    folded = name.casefold().strip()
    begun = [unit for unit in units.by_id if unit.casefold().startswith(folded)] if len(folded) >= SHORTEST else []
    if len(begun) > 1:
        return f" {len(begun):,} identifiers begin like this; it was cut short."
    found = begun or get_close_matches(name, list(units.by_id)[:LOOKED_AT], 1, NEAR)
    return f" Did you mean '{found[0]}'?" if found else ""


def unknown_codes(given: Given, new: Collection[str], codebook: pd.DataFrame) -> Iterator[str]:
    """What is wrong with a sheet that we gave out: every code that is not in the codebook.

    `new` are the GUIDs of the file's codes that the codebook did not have. One with a definition is new on purpose.
    """
    if given.project.origin != SHEET:
        return
    for code in given.project.codes:
        if code.guid in new and not code.description:
            like = like_code(code.name, codebook)
            told = f"{given.shown}: column '{code.name}' is none of the codes that the sheet was given out with."
            yield f"{told} Did you mean '{like}'?" if like else told


def refuse(units: Iterable[str], codes: Iterable[str]) -> None:
    """Raise `CodingError` with what is wrong with units and codes of all files, and what to do."""
    problems = [list(units), list(codes)]
    told = [line for found, advice in zip(problems, (UNITS, CODES), strict=True) if found for line in (*found, advice)]
    if told:
        raise CodingError("\n".join(told))


def like_code(name: str, codebook: pd.DataFrame) -> str:
    """The identifier or name in a codebook that a code's name may be misspelt from; empty where there is none.

    >>> like_code("Newcomer aks", pd.DataFrame({"code_id": ["asks"], "name": ["Newcomer asks"]}))
    'Newcomer asks'
    """
    # The last part of an identifier says what the code was called when it was made.
    known = {code.rpartition(".")[2].replace("-", " ").casefold(): code for code in codebook["code_id"]}
    known |= {each.casefold(): each for column in ("code_id", "name") for each in codebook[column]}
    found = get_close_matches(name.casefold(), known, 1, NEAR)
    return known[found[0]] if found else ""
