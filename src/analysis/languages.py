"""The languages of the book: which there are, and what their catalogues say.

The pages are written in the first language of `_config.yml`. A further one has its catalogues in
`book/locales/<language>/LC_MESSAGES/`: a file for each page, `contents` for the titles in the margin, `results` for
what figures, tables and values say, `tables` for what we wrote into the data. `results` also holds entries written by
hand, whose names in braces stand for words of the data; these are kept when the catalogues are refreshed.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from analysis.errors import BookError
from analysis.wording import AS_WRITTEN, Wording

LOCALES = "book/locales"
CONTENTS, RESULTS, TABLES = "contents", "results", "tables"


def languages_of(root: Path) -> dict[str, str]:
    """The languages of the book by what they call themselves, the one in which it is written first."""
    named = _named_in((root / "_config.yml").read_text(encoding="utf-8"))
    return {
        language: called
        for number, (language, called) in enumerate(named.items())
        if not number or catalogue_folder(root, language).is_dir()
    }


@cache
def _named_in(config: str) -> dict[str, str]:
    """The languages that the book's settings name; every page asks for them."""
    found: dict[str, Any] = yaml.safe_load(config) or {}
    return dict(found.get("sphinx", {}).get("config", {}).get("compendium_languages") or {})


def further_languages(root: Path) -> list[str]:
    """The languages into which the book is translated."""
    return list(languages_of(root))[1:]


def folder_of(language: str) -> str:
    """Where the book in a further language lies: under the language without its country."""
    return language.partition("_")[0].lower()


def catalogue_folder(root: Path, language: str) -> Path:
    """Where a language's catalogues lie."""
    return root / LOCALES / language / "LC_MESSAGES"


def catalogue_files(root: Path, language: str) -> dict[str, Path]:
    """The catalogues of a language by their names, such as book/index."""
    folder = catalogue_folder(root, language)
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.po"))}


def read_catalogue(path: Path) -> Catalog:
    """A catalogue of the project. Raises `BookError` when it is none."""
    try:
        with path.open("rb") as file:
            return read_po(file, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise BookError(f"{path}: this is no catalogue of gettext ({error}). Mend the line that it names.") from error


def entries_of(path: Path) -> dict[str, str]:
    """What a catalogue says for each text; a guess that nobody has confirmed says nothing."""
    if not path.is_file():
        return {}
    return {str(entry.id): "" if entry.fuzzy else str(entry.string) for entry in read_catalogue(path) if entry.id}


def entries_in(root: Path, language: str, name: str) -> dict[str, str]:
    """What the catalogue of that name says in a language."""
    return entries_of(catalogue_folder(root, language) / f"{name}.po")


def wording_of(root: Path, language: str) -> Wording:
    """What results are called in a language."""
    known = languages_of(root)
    if language not in list(known)[1:]:
        return AS_WRITTEN
    told = entries_in(root, language, TABLES) | entries_in(root, language, RESULTS)
    return Wording(language, next(iter(known)), told)
