"""Measure the evidence browser in Chromium with 20,000 rows: the first view, a filter, a search, and what they load.

The rows are made up. Their files take the place of those in a copy of the built main book, which is served compressed,
as servers do. Run: compendium book; then PYTHONPATH=tests python benchmarks/evidence.py
"""

import gzip
import re
import shutil
import statistics
import tempfile
import threading
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from analysis import browse
from evidence_making import study_of_many

PROJECT = Path(__file__).resolve().parent.parent
ROWS, RUNS, FILTERS = 20_000, 5, 12
ALLOWED_VIEW, ALLOWED_FILTER, ALLOWED_BYTES = 1_000, 100, 1_000_000
PAGE = "book/evidence.html"
STARTED_WITH = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
# Ticks a box and waits until the list is what it asks for.
FILTER = """async (at) => {
  const boxes = [...document.querySelectorAll('[data-part=filters] input[type=checkbox]')];
  const root = document.getElementById('evidence-browser');
  const start = performance.now();
  boxes[at % boxes.length].click();
  while (root.hasAttribute('aria-busy')) await new Promise((go) => setTimeout(go));
  root.getBoundingClientRect();
  return performance.now() - start;
}"""
READY = "() => document.querySelector('#evidence-corpus article') && performance.now()"


class Compressed(SimpleHTTPRequestHandler):
    """Serves files compressed and counts what went over the line."""

    protocol_version = "HTTP/1.1"
    sent = files = 0

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path.partition("?")[0]))
        if not path.is_file():
            self.send_error(404)
            return
        content = compressed(path)
        Compressed.sent += len(content)
        Compressed.files += 1
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@cache
def compressed(path: Path) -> bytes:
    """A file as it goes over the line; compressed once, as servers do."""
    return gzip.compress(path.read_bytes())


def main() -> None:
    """Print each measure beside what is allowed; exit with an error where one is over."""
    with tempfile.TemporaryDirectory() as folder:
        book = lay_out(Path(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *given: Compressed(*given, directory=str(book)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        measured = measure(f"http://127.0.0.1:{server.server_port}/{PAGE}")
        server.shutdown()
    over = [told(*row) for row in measured]
    raise SystemExit(any(over))


def lay_out(folder: Path) -> Path:
    """Copy the built book and put the made-up rows into its browser."""
    book = folder / "html"
    shutil.copytree(PROJECT / "_build/html", book)
    files = browse.files_of(study_of_many(folder / "root", PROJECT, ROWS))
    target = book / "_static/evidence"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name, content in files.items():
        (target / name).write_text(content, encoding="utf-8")
    page = book / PAGE
    page.write_text(re.sub('data-version="[^"]*"', 'data-version="many"', page.read_text(encoding="utf-8")))
    return book


def measure(address: str) -> list[tuple[str, float, float]]:
    """Each measure: what it is, the median, what is allowed."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=list(STARTED_WITH))
        views, sizes = [], []
        for _ in range(RUNS):
            Compressed.sent = Compressed.files = 0
            page = browser.new_context().new_page()
            page.goto(f"{address}#in=corpus")
            views.append(page.wait_for_function(READY, polling=10).evaluate("time => time"))
            page.wait_for_load_state("networkidle")
            sizes.append(Compressed.sent)
        files = Compressed.files
        filters = sorted(page.evaluate(FILTER, at) for at in range(FILTERS))
        searches = [search(page, word) for word in ("the", "work", "英语", "我们")]
        browser.close()
    median = statistics.median
    return [
        ("first view after the start of loading, ms", median(views), ALLOWED_VIEW),
        ("a filter, ms", median(filters), ALLOWED_FILTER),
        ("the slowest filter, ms", filters[-1], 3 * ALLOWED_FILTER),
        ("a search with its waiting for more letters, ms", median(searches), 500),
        ("transferred for the first view, bytes", median(sizes), ALLOWED_BYTES),
        ("files of it", files, 60),
    ]


def search(page: Page, word: str) -> float:
    """The time until a search has its result."""
    page.evaluate("document.querySelector('[data-part=clear]').click()")
    page.wait_for_function("() => !document.getElementById('evidence-browser').hasAttribute('aria-busy')")
    before = page.evaluate("performance.now()")
    page.fill("[data-part=filters] input[name=q]", word)
    page.wait_for_function("() => location.hash.includes('q=')", polling=5)
    page.wait_for_function("() => !document.getElementById('evidence-browser').hasAttribute('aria-busy')", polling=5)
    return float(page.evaluate("performance.now()")) - float(before)


def told(what: str, measured: float, allowed: float) -> bool:
    """Print a measure; whether it is over what is allowed."""
    print(f"{what:50} {measured:12,.0f}   allowed {allowed:10,.0f}")
    return measured > allowed


if __name__ == "__main__":
    main()
