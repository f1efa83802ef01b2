"""Stage and build the book of a study.

The article's own book is built from the root. The book of another study is built from a folder of its own, out of
the pages in `book/replication/` and that study's executed notebooks.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from analysis import committed, pipeline, run_folder, steps, tables
from analysis.currency import code_of
from analysis.errors import BookError
from analysis.locks import alone
from analysis.read_once import ReadOnce
from analysis.study import Study, open_study
from analysis.wording import speaking

if TYPE_CHECKING:
    from analysis.editions import Edition

SOURCES = ("_config.yml", "_toc.yml", "CITATION.cff", "requirements.lock", "book", "data")
# What makes the book, beside its extensions: a change in it builds the book anew.
MAKING = "from analysis import publish\npublish.build_book"
# Not the script: where it lies depends on the system and on who installed it. Unasked, Python looks some two thousand
# times in a build for what can go; to look less often saves a tenth of the build, and takes hardly more memory.
JUPYTER_BOOK = "import gc; gc.set_threshold(50_000); from jupyter_book.cli.main import main; main()"
# Where the pages of the codes are written, and the pages under which they stand, the first that a book has.
CODES = "book/codes"
# Where the files of the evidence browser are written.
EVIDENCE = "book/evidence-data"
ABOVE_CODES = ("codebook", "05-coding")
# Pages for any study, by what they are about; notebooks follow.
PARTS = {
    "The study": ("what-this-is", "data", "evidence"),
    "What the original argued, and what these data say": ("argument", "method", "findings", "discussion"),
    "Beside the original": ("comparison",),
}


def build_book(study: Study, *, force: bool = False, say: Callable[[str], object] = print) -> Path:
    """Build a study's book unless it is current; give back its first page.

    Raises `BookError` when there are no results yet, or when the build gives a warning; then the previous book
    stays as it was.
    """
    if not (study.results / "run.json").is_file():
        raise BookError(f"results/{study.name}/ holds no results. Run: compendium run {study.name}")
    old = pipeline.tell_outdated(study)
    if old:
        say(old)
    _compare(study)
    built = study.root / "_build" / ("html" if study.is_original else f"studies/{study.name}/html")
    digest = _digest(study)
    noted = built.parent / f".{study.name}.digest"
    if not force and (built / "index.html").is_file() and noted.is_file() and noted.read_text() == digest:
        say(f"The book of {study.name} is current; it was not built.")
        return built / "index.html"
    say(f"Building the book of {study.name} ...")
    with alone(built.parent / f".{study.name}.lock", f"compendium book {study.name}"):
        made = _build_all(study, _lay_out(study))
        # What ends in between must not leave the new book beside what was noted of the earlier one.
        noted.unlink(missing_ok=True)
        _put_in_place(made, built)
        tables.replace_text(noted, digest)
    say(f"Built the book of {study.name}: {len(list(built.rglob('*.html')))} pages.")
    return built / "index.html"


def _lay_out(study: Study) -> list[Edition]:
    """Lay out the sources of the book in each of its languages, the first one first."""
    once = ReadOnce.of(study)
    first = _first(once)
    return [first, *_further(once, first)]


def _first(study: Study) -> Edition:
    """Lay out the sources of the book in its first language."""
    from analysis import code_pages
    from analysis.editions import Edition

    source = study.root if study.is_original else _stage(study)
    _lay_out_evidence(study, source)
    return Edition(source, _lay_out_codes(study, source, code_pages.pages_of(study)))


def _compare(study: Study) -> None:
    """Compare with the original anew, so that no page shows an earlier comparison."""
    original = open_study(root=study.root)
    if not study.is_original and original.values():
        from analysis import comparison

        comparison.write_comparison(original, study)


def _further(study: Study, first: Edition) -> list[Edition]:
    """The sources of the book in its further languages."""
    from analysis import code_pages, editions, languages

    laid_out = []
    for language in languages.further_languages(study.root):
        with speaking(languages.wording_of(study.root, language)):
            pages = {f"{CODES}/{name}.md": page for name, page in code_pages.pages_of(study).items()}
        laid_out.append(editions.lay_out(study, language, first, pages))
    return laid_out


def _build_all(study: Study, laid_out: list[Edition]) -> Path:
    """Build every language at once and give back the folder of the first, with the others below it."""
    with ThreadPoolExecutor() as together:
        first, *others = together.map(lambda edition: _build(study, edition), laid_out)
    for edition, folder in zip(laid_out[1:], others, strict=True):
        folder.rename(first / edition.below)
        shutil.rmtree(folder.parent.parent, ignore_errors=True)
        shutil.rmtree(edition.source, ignore_errors=True)
    return first


def _build(study: Study, edition: Edition) -> Path:
    """Run Jupyter Book with warnings as errors and give back the folder that it built."""
    source = edition.source
    output = study.root / "_build" / f".{study.name}{edition.below and '.'}{edition.below}"
    shutil.rmtree(output, ignore_errors=True)
    program = [sys.executable, "-c", JUPYTER_BOOK]
    places = ["--path-output", str(output), "--toc", str(edition.toc)]
    words = [*program, "build", str(source), *places, "-W", "--keep-going", "--all", "-q"]
    # The progress lines of Sphinx go to stdout; what a person must see goes to stderr.
    done = subprocess.run(words, cwd=source, capture_output=True, text=True, check=False, env=environment(study))  # noqa: S603
    if done.returncode:
        told = "\n".join(line for line in done.stderr.splitlines() if line.strip())[-4000:]
        raise BookError(f"The book of {study.name} was not built; the previous one stays. Jupyter Book says:\n{told}")
    _lead_in(output / "_build" / "html", study, edition.below or "en")
    return output / "_build" / "html"


def _lead_in(folder: Path, study: Study, language: str) -> None:
    """Say on the page that leads to the first what it is: Jupyter Book's has neither title nor link."""
    page = folder / "index.html"
    found = re.search(r"url=([^\"]+)", page.read_text(encoding="utf-8"))
    title = html.escape(study.title)
    if found:
        to = html.escape(found[1], quote=True)
        lead = f'<meta http-equiv="refresh" content="0; url={to}"><link rel="icon" href="data:,">'
        head = f'<!DOCTYPE html>\n<html lang="{language}"><meta charset="utf-8"><title>{title}</title>{lead}'
        tables.replace_text(page, f'{head}<p><a href="{to}">{title}</a></p></html>\n')


def environment(study: Study) -> dict[str, str]:
    """The environment of the build: the same language and dates on every machine."""
    return {**os.environ, "PYTHONUTF8": "1", "SOURCE_DATE_EPOCH": "1737244800", "COMPENDIUM_STUDY": study.name}


def _put_in_place(new: Path, built: Path) -> None:
    old = built.with_name(f".{built.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if built.exists():
        built.rename(old)
    built.parent.mkdir(parents=True, exist_ok=True)
    new.rename(built)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(new.parent.parent, ignore_errors=True)


def _lay_out_codes(study: Study, source: Path, pages: Mapping[str, str]) -> Path:
    """Write the pages of the codes among the book's sources, and a table of contents that has them."""
    from analysis.editions import dumped

    folder = source / CODES
    shutil.rmtree(folder, ignore_errors=True)
    for name, page in pages.items():
        tables.replace_text(folder / f"{name}.md", page)
    toc = yaml.safe_load((source / "_toc.yml").read_text(encoding="utf-8"))
    written = study.root / "_build" / f".{study.name}.toc.yml"
    tables.replace_text(written, dumped(_with_codes(toc, list(pages))))
    return written


def _lay_out_evidence(study: Study, source: Path) -> None:
    """Write the files of the evidence browser among the book's sources, where a page has it."""
    from analysis import browse

    folder = source / EVIDENCE
    shutil.rmtree(folder, ignore_errors=True)
    files = browse.files_of(study) if (source / "book/evidence.md").is_file() else {}
    for name, content in files.items():
        tables.replace_text(folder / name, content)


def _with_codes(toc: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The contents with the codes' pages under the first page there is that they belong to."""
    parts = [*toc.get("parts", []), *([toc] if "chapters" in toc else [])]
    chapters = {Path(chapter["file"]).name: chapter for part in parts for chapter in part["chapters"]}
    above = next((chapters[page] for page in ABOVE_CODES if page in chapters), None)
    if names and above is not None:
        first, *others = [{"file": f"{CODES}/{name}"} for name in names]
        above["sections"] = [first | ({"sections": others} if others else {})]
    return toc


def _digest(study: Study) -> str:
    """A digest of everything that the book is made of: its sources, data, results, the code, where its pages lead."""
    digest = sha256(json.dumps(code_of(_code_of_book(study.root), study.root), sort_keys=True).encode())
    digest.update(committed.repository_of(study).encode())
    original = open_study(root=study.root).results / "values.json"
    folders = [*(study.root / name for name in SOURCES), original, study.results]
    for folder in folders:
        for path in run_folder.files_of(folder) if folder.is_dir() else [folder]:
            # What is built into the sources comes of the others.
            is_built = any(path.is_relative_to(study.root / folder) for folder in (CODES, EVIDENCE))
            if path.is_file() and "__pycache__" not in path.parts and not is_built:
                digest.update(path.relative_to(study.root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _code_of_book(root: Path) -> dict[str, str]:
    """What makes the book: this module, and each of the book's extensions."""
    return {"": MAKING, **{path.name: path.read_text(encoding="utf-8") for path in (root / "book/_ext").glob("*.py")}}


def _stage(study: Study) -> Path:
    """Lay out the sources of another study's book in a folder of their own."""
    from analysis.editions import dumped

    stage = study.root / "_build" / "studies" / study.name / "source"
    shutil.rmtree(stage, ignore_errors=True)
    for folder in ("_ext", "_static", "_templates"):
        shutil.copytree(
            study.root / "book" / folder, stage / "book" / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copytree(study.root / "book" / "replication", stage / "book", dirs_exist_ok=True)
    shutil.copy(study.root / "book" / "references.bib", stage / "book")
    shutil.copytree(study.results, stage / "results" / study.name)
    (stage / "_config.yml").write_text(dumped(_config(study)), encoding="utf-8")
    (stage / "_toc.yml").write_text(dumped(_toc(study)), encoding="utf-8")
    return stage


def pages_for_any_study(study: Study) -> Edition:
    """The sources of the pages for any study, laid out as if the study were another than the original."""
    from analysis.editions import Edition

    return Edition(stage := _stage(study), stage / "_toc.yml")


def _config(study: Study) -> dict[str, Any]:
    """The original's settings with the study's own title."""
    config: dict[str, Any] = yaml.safe_load((study.root / "_config.yml").read_text(encoding="utf-8"))
    config |= {"title": html.escape(study.title), "author": _authors(study)}
    config["exclude_patterns"] = []
    config["sphinx"]["config"] |= {"compendium_study": study.name, "compendium_root": str(study.root)}
    return config


def _authors(study: Study) -> str:
    """Who made the study, as far as its study.yml says so."""
    return f"{html.escape(', '.join(study.authors) or 'its authors')}, after Liu, Zhao and Teng (2025)"


def _toc(study: Study) -> dict[str, Any]:
    """The pages for any study, then the notebooks under the names that they have in the original's book."""
    there = {path.stem for path in (study.root / "book" / "replication").glob("*.md")}
    toc = yaml.safe_load((study.root / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [*toc.get("chapters", []), *(chapter for part in toc.get("parts", []) for chapter in part["chapters"])]
    titles = {Path(chapter["file"]).name: chapter.get("title") for chapter in chapters}
    computations = [
        {"file": f"results/{study.name}/notebooks/{step.name}", "title": titles.get(step.name) or step.name}
        for step in steps.steps(study.root)
    ]
    return {
        "format": "jb-book",
        "root": "book/index",
        "parts": [
            *(
                {"caption": caption, "chapters": [{"file": f"book/{page}"} for page in pages if page in there]}
                for caption, pages in PARTS.items()
                if there & set(pages)
            ),
            {"caption": "The computations", "chapters": computations},
        ],
    }
