"""What a page of the book costs its reader: bytes, files, and no other host."""

import re

import pytest

from browsing import Reader, pages_of

MOST = 300_000
# The evidence browser, and the search with the index of all words.
MOST_OF = {"evidence.html": 1_000_000, "search.html": 400_000}
ELSEWHERE = re.compile(r"""(?:<(?:script|img|iframe|source|video|audio|link)\b[^>]*?\b(?:src|href)=["']?|url\(["']?|@import\s+["'])(?:https?:)?//[^"')\s>]*""")  # fmt: skip  # noqa: E501
# Links that are followed when a reader chooses so, and nothing that a page loads.
ONLY_TOLD = re.compile(r"""rel=["']?(?:canonical|alternate|license)""")


@pytest.mark.parametrize("part", range(3))
def test_every_page_is_light_asks_no_other_host_and_complains_of_nothing(open_page, built_book, part):
    heavy = []
    for name in pages_of(built_book)[part::3]:
        open_page.asked.clear()
        page = open_page(name)
        page.close()
        most = MOST_OF.get(name.rpartition("/")[2], MOST)
        if open_page.weight() > most:
            heavy.append(f"{name}: {open_page.weight():,} bytes of {most:,}")
    assert not heavy, "\n".join(heavy)


@pytest.mark.parametrize("name", ["book/index.html", "book/study.html", "book/ledger.html", "search.html"])
def test_a_page_opens_from_disk_without_a_complaint(open_page, name):
    assert open_page(name, from_disk=True).title()


def test_nothing_in_the_built_folder_names_another_host_to_load_from(built_book):
    found = [
        f"{path.relative_to(built_book)}: {link[0]}"
        for path in sorted(built_book.rglob("*"))
        if path.suffix in {".html", ".css"}
        for link in ELSEWHERE.finditer(path.read_text(encoding="utf-8"))
        if not ONLY_TOLD.search(link[0])
    ]
    assert found == []


def test_no_page_loads_the_icon_fonts_or_the_service_for_running_code(built_book):
    loaded = {
        name
        for page in pages_of(built_book)
        for name in re.findall(
            r'(?:src|href)="([^"]*(?:fontawesome|thebe)[^"]*)"', (built_book / page).read_text("utf-8")
        )
    }
    assert loaded == set()


def test_a_page_without_code_loads_nothing_for_code(built_book):
    page = (built_book / "search.html").read_text(encoding="utf-8")
    assert "copybutton" not in page
    assert "mystnb" not in page


def test_a_reader_complains_of_what_goes_wrong_on_a_page(browser, tmp_path):
    (tmp_path / "bad.html").write_text(
        "<link rel='icon' href='data:,'><script src='missing.js'></script><script src='http://elsewhere.example/x.js'></script>"
        "<script>console.error('oh'); throw new Error('no')</script>"
    )
    from browsing import served

    with served(tmp_path) as address:
        reader = Reader(browser, tmp_path, address)
        reader("bad.html")
        with pytest.raises(AssertionError) as told:
            reader.close()
    for part in (
        "404 for",
        "missing.js",
        "asked another host: http://elsewhere.example/x.js",
        "console: oh",
        "threw no",
    ):
        assert part in str(told.value)
