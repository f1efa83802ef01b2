"""The whole book as one PDF, printed by Chromium.

The pages are joined to one document and printed twice: the first time to learn on which page each chapter begins, the
second time with these numbers in the contents. It has no script, and all that it shows is on this machine.
"""

import datetime as dt
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from analysis import languages, paper_front, paper_pages, publish
from analysis.errors import BookError
from analysis.paper_fonts import font_faces
from analysis.study import Study

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# In a container a browser has no sandbox of its own; the document has no script, and nothing outside answers.
STARTED_WITH = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer", "--generate-pdf-document-outline",
)  # fmt: skip
LONGEST = 300
STYLES, WORDS = "book/_static/paper.css", "book/_ext/words.yml"
# The colours of paper stand where a page of the book is printed from, which then needs no further file for them.
PRINTED, COLOURS = "book/_static/theme-print.css", re.compile(r"""html, html\[data-theme="dark"\] (\{[^}]+\})""")
DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")


def print_book(study: Study, language: str | None = None, *, say: Callable[[str], object] = print) -> list[Path]:
    """Print a study's book in one of its languages, or in each; gives the files.

    Raises `BookError` when the book has no such language, and when there is no browser or it prints nothing.
    """
    known = languages.languages_of(study.root)
    if language is not None and language not in known:
        raise BookError(f"--language {language}: the book has {', '.join(known)}. Name one of these, or none for all.")
    browser = _find_browser()
    built = publish.build_book(study, say=say).parent
    printed = []
    for one in [language] if language else list(known):
        below = languages.folder_of(one)
        target = study.root / "_build" / "pdf" / f"{study.name}-{below}.pdf"
        count = _print(study, built if one == next(iter(known)) else built / below, target, browser)
        say(f"Printed {target.relative_to(study.root).as_posix()}: {count} pages.")
        printed.append(target)
    return printed


def _find_browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise BookError(
            f"Chromium prints the book, and none of {', '.join(BROWSERS)} is on the PATH. "
            "Install it; on Debian and Ubuntu: apt-get install chromium"
        )
    return found


def _print(study: Study, folder: Path, target: Path, browser: str) -> int:
    """Print the book in a folder; gives the number of its pages."""
    language, chapters = paper_pages.chapters_of(folder)
    words = _words(study.root, language)
    pages = paper_pages.read_pages(folder, chapters)
    paper_pages.prepare(pages, words)
    body = "".join(map(paper_front.chapter, pages))
    with tempfile.TemporaryDirectory(prefix="paper-", ignore_cleanup_errors=True) as scratch:
        work = Path(scratch)
        front = paper_front.read_front(folder / chapters[0].file, language, words)
        styles = styles_of(study.root)
        styles += font_faces(work, paper_front.document(front, styles, chapters, {}, body))
        # The first time nobody knows the numbers yet; they take the same room.
        unnumbered = paper_front.document(front, styles, chapters, {}, body)
        numbers = _numbers(_run(browser, work, unnumbered))
        made = _run(browser, work, paper_front.document(front, styles, chapters, numbers, body))
        count = _name_outline(made, [words["contents"], *paper_pages.headings_of(pages)])
        target.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(_dated(made.read_bytes(), int(publish.environment(study)["SOURCE_DATE_EPOCH"])))
        shutil.move(made, target)
    return count


def styles_of(root: Path) -> str:
    """The style sheet of the book on paper; raises `BookError` when that of printed pages holds no colours."""
    found = COLOURS.search((root / PRINTED).read_text(encoding="utf-8"))
    if found is None:
        raise BookError(
            f"{PRINTED}: there are no colours for paper; expected the rule 'html, html[data-theme=\"dark\"] {{ … }}', "
            f"which {STYLES} needs too. Put it back, or change COLOURS in paper.py with it."
        )
    return f":root {found[1]}\n{(root / STYLES).read_text(encoding='utf-8')}"


def _words(root: Path, language: str) -> dict[str, str]:
    """What the book on paper says of itself, in a language."""
    entries = yaml.safe_load((root / WORDS).read_text(encoding="utf-8"))
    short = language.partition("-")[0]
    return {
        key.removeprefix("paper."): entry.get(short) or entry["en"]
        for key, entry in entries.items()
        if key.startswith("paper.")
    }


def _run(browser: str, work: Path, document: str) -> Path:
    """Let the browser print a document."""
    source, made = work / "book.html", work / "book.pdf"
    source.write_text(document, encoding="utf-8")
    made.unlink(missing_ok=True)
    words = [browser, *STARTED_WITH, f"--user-data-dir={work / 'profile'}", f"--print-to-pdf={made}", source.as_uri()]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LONGEST, check=False, env=_environment())  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise BookError(f"{browser} did not print the book within {LONGEST} seconds. Try again.") from error
    if done.returncode or not made.is_file():
        told = "\n".join(done.stderr.splitlines()[-5:])
        raise BookError(f"{browser} printed nothing (exit status {done.returncode}). It says:\n{told}")
    return made


def _environment() -> dict[str, str]:
    return {**os.environ, "TZ": "UTC"}


def _numbers(made: Path) -> dict[str, int]:
    """The page on which each place begins to which something leads."""
    reader = PdfReader(made)
    found = {}
    for name, place in reader.named_destinations.items():
        number = reader.get_destination_page_number(place)
        if number is not None:
            found[name.removeprefix("/")] = number + 1
    return found


def _name_outline(made: Path, titles: list[str]) -> int:
    """Say each heading as it is in the outline of a PDF; gives the number of pages.

    Chromium leaves out the space where a heading goes to its next line, and says one at the top of a page twice.
    """
    writer = PdfWriter(made, incremental=True)
    entries = list(_entries(writer.root_object.get("/Outlines")))
    if len(entries) == len(titles):
        for entry, title in zip(entries, titles, strict=True):
            entry[NameObject("/Title")] = TextStringObject(title)
    count = len(writer.pages)
    writer.write(made)
    return count


def _entries(above: Any) -> Iterator[Any]:
    """The entries of an outline, each before those below it."""
    entry = above.get_object().get("/First") if above else None
    while entry:
        yield entry.get_object()
        yield from _entries(entry)
        entry = entry.get_object().get("/Next")


def _dated(content: bytes, seconds: int) -> bytes:
    """The same PDF as if it had been made then: its dates are all that differs from one time to the next."""
    stamp = f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y%m%d%H%M%S}".encode()
    return DATES.sub(rb"\g<1>" + stamp, content)
