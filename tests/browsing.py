"""The built book in a real browser: served from this machine or from disk, with every complaint of its pages kept.

A test takes `open_page` from `conftest`, and fails when a page that it opened wrote an error to the console, threw
one, did not find a file, or asked another host for anything.
"""

import gzip
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from analysis.publish import build_book
from analysis.study import open_study
from making import PROJECT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Nothing but the pages under test may be asked for, and nothing outside this machine may answer.
STARTED_WITH = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
IN_BOOK = ("_config.yml", "_toc.yml", "CITATION.cff", "LICENSE", "LICENSE-DATA", "pyproject.toml", "requirements.lock")
FOLDERS = ("book", "data", "notebooks", "results", "src")
PACKED = (".html", ".css", ".js", ".svg", ".json", ".csv", ".txt", ".md", ".ipynb", ".xml", ".bib", ".map")
LONGEST_BUILD = 600
DESKTOP, PHONE = 1280, 390


def book_built_once(folder: Path) -> Path:
    """The built pages of the main book: those that are there when they are current, else built once for all workers."""
    copy = folder / "book-to-browse"
    done = copy / "done"
    try:
        copy.mkdir()
    except FileExistsError:
        _wait_for(done)
    else:
        try:
            _copy_project(copy)
            done.write_text(str(build_book(open_study(root=copy), say=lambda _: None).parent))
        except BaseException as error:
            done.write_text(f"! {error}")
            raise
    told = done.read_text()
    assert not told.startswith("!"), told
    return Path(told)


def _wait_for(done: Path) -> None:
    for _ in range(LONGEST_BUILD * 5):
        if done.is_file() and done.read_text():
            return
        time.sleep(0.2)
    raise TimeoutError(f"Another worker has not built the book within {LONGEST_BUILD} seconds.")


def _copy_project(copy: Path) -> None:
    for name in IN_BOOK:
        if (PROJECT / name).is_file():
            shutil.copy(PROJECT / name, copy)
    for name in FOLDERS:
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "private"))
    # What is built already is taken as it is, if its digest says that it is current.
    if (PROJECT / "_build/html").is_dir() and (PROJECT / "_build/.liu2025.digest").is_file():
        shutil.copytree(PROJECT / "_build/html", copy / "_build/html")
        shutil.copy(PROJECT / "_build/.liu2025.digest", copy / "_build")


def pages_of(book: Path, below: str = "") -> list[str]:
    """The names of the pages as `open_page` takes them, of one folder if given; not those that lead on at once."""
    there = [
        path for path in sorted((book / below).rglob("*.html")) if "http-equiv" not in path.read_text("utf-8")[:400]
    ]
    pages = (path.relative_to(book) for path in there)
    return [page.as_posix() for page in pages if not {"_static", "_downloads", "_sources"} & set(page.parts)]


@cache
def transferred(path: Path) -> int:
    """The bytes that a file takes on its way to a reader, compressed where servers compress."""
    content = path.read_bytes()
    return len(gzip.compress(content, mtime=0)) if path.suffix in PACKED else len(content)


class _Silent(SimpleHTTPRequestHandler):
    """Serve files without a line for each."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder from this machine for as long as needed; gives its address."""

    def handle(*given: Any) -> _Silent:
        return _Silent(*given, directory=str(folder))

    server = ThreadingHTTPServer(("127.0.0.1", 0), handle)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def started() -> Iterator[Any]:
    """Chromium as the system has it, driven by Playwright; skips the test where either is missing."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"there is no browser here: none of {', '.join(BROWSERS)} is on the PATH")
    play = pytest.importorskip("playwright.sync_api", reason="Playwright, which drives the browser, is not installed")
    with play.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(STARTED_WITH))
        yield browser
        browser.close()


@dataclass
class Reader:
    """Opens pages as a reader with a certain screen would, and keeps what goes wrong on them."""

    browser: Any
    book: Path
    address: str
    complaints: list[str] = field(default_factory=list)
    # Each address that was asked for, in order.
    asked: list[str] = field(default_factory=list)
    contexts: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def __call__(
        self,
        name: str = "index.html",
        *,
        width: int = DESKTOP,
        dark: bool = False,
        language: str = "en",
        touch: bool = False,
        scripts: bool = True,
        from_disk: bool = False,
    ) -> Any:
        """A Playwright page that shows a page of the book, by its path below the book's folder (#anchor allowed)."""
        page = self.blank(width=width, dark=dark, touch=touch, scripts=scripts)
        page.goto(self.where(name, language=language, from_disk=from_disk))
        return page

    def blank(self, *, width: int = DESKTOP, dark: bool = False, touch: bool = False, scripts: bool = True) -> Any:
        """An empty page that is watched."""
        wanted = (width, dark, touch, scripts)
        if wanted not in self.contexts:
            self.contexts[wanted] = self.browser.new_context(
                viewport={"width": width, "height": 844 if width < 800 else 900},
                color_scheme="dark" if dark else "light",
                has_touch=touch,
                java_script_enabled=scripts,
                reduced_motion="reduce",
            )
            self.contexts[wanted].set_default_timeout(15_000)
        page = self.contexts[wanted].new_page()
        self._watch(page)
        return page

    def where(self, name: str, *, language: str = "en", from_disk: bool = False) -> str:
        """The address of a page."""
        below = name if language == "en" else f"{language}/{name}"
        return f"{self.book.as_uri()}/{below}" if from_disk else self.address + below

    def file_of(self, address: str) -> Path:
        """The file behind an address that was asked for."""
        path = address.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]
        return self.book / path.removeprefix(self.address).removeprefix(self.book.as_uri() + "/")

    def weight(self) -> int:
        """The bytes that have been transferred since `asked` was last cleared, each file once."""
        files = {self.file_of(address) for address in self.asked if not address.startswith(("data:", "blob:"))}
        return sum(transferred(path) for path in files if path.is_file())

    def close(self) -> None:
        """Leave every page, and fail if one of them had something to complain of."""
        for context in self.contexts.values():
            context.close()
        self.contexts.clear()
        assert not self.complaints, "\n".join(self.complaints)

    def _watch(self, page: Any) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: threw {error}"))
        page.on("console", lambda said: self._hear(page, said))
        page.on("request", lambda request: self._ask(page, request.url))
        page.on("response", lambda answer: self._answer(page, answer))

    def _hear(self, page: Any, said: Any) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(f"{page.url}: wrote to the console: {said.text} {said.location.get('url', '')}")

    def _ask(self, page: Any, address: str) -> None:
        self.asked.append(address)
        if not address.startswith((self.address, "file://", "data:", "blob:", "about:")):
            self.complaints.append(f"{page.url}: asked another host: {address}")

    def _answer(self, page: Any, answer: Any) -> None:
        if answer.status >= 400:
            self.complaints.append(f"{page.url}: {answer.status} for {answer.url}")
