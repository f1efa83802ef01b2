"""Refresh the catalogues of the book's languages: what there is to translate goes in, no translation is lost.

The texts of pages and notebooks come from Sphinx, so that what is translated is what a book asks for; those of results
come from the results of the original study and from the code. A text that changed a little keeps its translation as a
guess, marked fuzzy, until somebody confirms it; one that is gone is kept at the end of its file.
"""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from analysis import publish, shown_texts, tables
from analysis.editions import Edition, reworded_config, reworded_toc
from analysis.errors import BookError
from analysis.languages import CONTENTS, RESULTS, TABLES, catalogue_folder, read_catalogue
from analysis.study import Study
from analysis.wording import NAMED

HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
LINE = 110


def refresh(study: Study, language: str, say: Callable[[str], object] = print) -> dict[str, Path]:
    """Bring every catalogue of a language up to date; give back the files that changed, by their names."""
    changed = {}
    for name, texts in texts_of_book(study).items():
        path = catalogue_folder(study.root, language) / f"{name}.po"
        written = merged(path, texts, language)
        if not path.is_file() or path.read_text(encoding="utf-8") != written:
            tables.replace_text(path, written)
            changed[name] = path
        say(f"{name}: {_open_in(path)} of {len(texts)} texts to translate")
    return changed


def texts_of_book(study: Study) -> dict[str, list[str]]:
    """Every text that the book shows, by the catalogue to which it belongs."""
    pages = publish.pages_for_any_study(study)
    found = {CONTENTS: texts_of_contents(study, pages), RESULTS: shown_texts.texts_of_results(study)}
    found[TABLES] = shown_texts.texts_of_tables(study)
    found |= _texts_of_pages(study, Edition(study.root, study.root / "_toc.yml"))
    for name, texts in _texts_of_pages(study, pages).items():
        if name.startswith("book/"):
            found["replication/" + name.removeprefix("book/")] = texts
    shutil.rmtree(pages.source.parent)
    return found


def texts_of_contents(study: Study, pages: Edition) -> list[str]:
    """The texts of the settings and of the tables of contents, of the original's book and of another's."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    reworded_config(yaml.safe_load((study.root / "_config.yml").read_text(encoding="utf-8")), note)
    for toc in (study.root / "_toc.yml", pages.toc):
        reworded_toc(yaml.safe_load(toc.read_text(encoding="utf-8")), note)
    return list(dict.fromkeys(text for text in found if text))


def merged(path: Path, texts: Iterable[str], language: str) -> str:
    """A catalogue that asks for these texts and has all translations of the file before it."""
    catalogue = read_catalogue(path) if path.is_file() else Catalog(language, fuzzy=False)
    asked = Catalog(fuzzy=False)
    for text in texts:
        asked.add(text)
    for entry in [entry for entry in catalogue if entry.id and NAMED.search(str(entry.id))]:
        # Written by hand: no page asks for a pattern by its text.
        asked.add(entry.id)
    catalogue.update(asked)
    for entry in catalogue:
        # A guess of the library: a role in braces is no place to be filled.
        entry.flags.discard("python-brace-format")
    file = io.BytesIO()
    write_po(file, catalogue, width=LINE, omit_header=True, no_location=True)
    return HEADER.format(language=language) + file.getvalue().decode().lstrip("\n")


def _open_in(path: Path) -> int:
    return sum(1 for entry in read_catalogue(path) if entry.id and (entry.fuzzy or not entry.string))


def _captions(toc: Path) -> set[str]:
    parts = yaml.safe_load(toc.read_text(encoding="utf-8")).get("parts", [])
    return {"", *(part.get("caption", "") for part in parts)}


def _texts_of_pages(study: Study, edition: Edition) -> dict[str, list[str]]:
    """The texts of each page as Sphinx takes them out; those of the codes are made from the data."""
    output = study.root / "_build" / ".texts"
    shutil.rmtree(output, ignore_errors=True)
    program = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(edition.source)]
    places = ["--path-output", str(output), "--toc", str(edition.toc)]
    builder = ["--builder", "custom", "--custom-builder", "gettext", "--all", "-q"]
    environment = publish.environment(study)
    words = [*program, *places, *builder]
    done = subprocess.run(words, cwd=edition.source, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    folder = output / "_build" / "gettext"
    if done.returncode or not folder.is_dir():
        raise BookError(f"The texts of the pages were not found. Jupyter Book says:\n{done.stderr.strip()[-4000:]}")
    here = f"results/{study.name}/notebooks/"
    found = {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.pot"))}
    # They stand on the first page, but are translated with the titles.
    captions = _captions(edition.toc)
    texts = {
        name.replace(here, "notebooks/"): [str(entry.id) for entry in read_catalogue(path) if entry.id not in captions]
        for name, path in found.items()
        if name != "sphinx" and not name.startswith(publish.CODES)
    }
    shutil.rmtree(output, ignore_errors=True)
    return texts
