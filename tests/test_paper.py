"""The book on paper: joined out of the built pages, printed by the system's Chromium, looked into as a PDF."""

import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pypdfium2
import pytest
from lxml import html
from pypdf import PdfReader

from analysis import paper, paper_fonts, paper_front, paper_pages
from analysis.errors import BookError
from analysis.study import open_study
from browsing import BROWSERS
from making import PROJECT

WORDS = {"contents": "Contents", "about": "On paper.", "more_rows": "{shown} of {rows}"}
# In points: a page is A4, and nothing stands beyond its margin of 22 mm.
EDGE = 595 - 62 + 2
# A page with fewer is taken for empty.
FEWEST_LETTERS = 30
FIRST = """<html lang="en"><title>B</title><p class="title logo__title">A <i>small</i> book</p>
<nav class="bd-links"><div class="bd-toc-item"><p class="caption">Part &lt;one&gt;</p><ul>
<li><a class="reference internal" href="two.html">Two</a><ul>
<li><a class="reference internal" href="below/three.html">Three</a></li></ul></li></ul></div></nav>
<article class="bd-article"><h1 id="id1">First<a class="headerlink" href="#id1">#</a></h1>
<p><a href="two.html#id1">to two</a> <a href="two.html#gone">to its start</a> <a href="../files/x.csv">file</a>
<a href="https://example.org/">out</a> <a href="#id1">here</a></p></article></html>"""
TWO = """<html lang="en"><title>T</title><article class="bd-article"><h1 id="id1">Two</h1><script>no()</script>
<details><summary>More</summary><p>folded</p></details><h2>Inside</h2>
<div class="cell"><details class="hide"><summary>code</summary><pre>x = 1</pre></details></div>
<details class="hide console-output"><summary>3 lines</summary><div class="highlight"><p>said</p></div></details>
<div class="cell_output"><div class="result-rows"><table><tbody>{rows}</tbody></table></div></div>
<svg><clipPath id="p"/><g clip-path="url(#p)"><use xlink:href="#p"/></g></svg></article></html>"""
THREE = '<html lang="en"><title>T</title><article class="bd-article"><h1>Three</h1></article></html>'


@pytest.fixture
def folder(tmp_path):
    """A built book of three pages."""
    (tmp_path / "book/below").mkdir(parents=True)
    (tmp_path / "index.html").write_text('<meta http-equiv="refresh" content="0; url=book/index.html">')
    (tmp_path / "book/index.html").write_text(FIRST)
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(50))
    (tmp_path / "book/two.html").write_text(TWO.replace("{rows}", rows))
    (tmp_path / "book/below/three.html").write_text(THREE)
    return tmp_path


@pytest.fixture
def joined(folder):
    _, chapters = paper_pages.chapters_of(folder)
    pages = paper_pages.read_pages(folder, chapters)
    paper_pages.prepare(pages, WORDS)
    return html.fromstring("".join(map(paper_front.chapter, pages)).join(["<div>", "</div>"]))


def test_the_chapters_stand_in_the_order_of_the_contents(folder):
    language, chapters = paper_pages.chapters_of(folder)
    assert language == "en"
    assert [(one.title, one.depth, one.part) for one in chapters] == [
        ("First", 0, ""),
        ("Two", 0, "Part <one>"),
        ("Three", 1, ""),
    ]


def test_links_between_pages_lead_within_the_document_and_links_to_files_nowhere(joined):
    links = {link.text: link.get("href") for link in joined.xpath("//a")}
    assert links == {
        "to two": "#c1-id1",
        "to its start": "#c1",
        "file": None,
        "out": "https://example.org/",
        "here": "#c0-id1",
    }
    assert {"c0-id1", "c1-id1", "c1"} <= set(joined.xpath("//@id"))


def test_what_a_drawing_refers_to_is_renamed_with_it(joined):
    assert joined.xpath("//g/@clip-path") == ["url(#c1-p)"]
    assert joined.xpath("//*[local-name()='use']/@*") == ["#c1-p"]


def test_headings_stand_below_their_part(joined):
    told = [(one.tag, one.text) for one in joined.xpath("//h1 | //h2 | //h3")]
    assert told == [("h1", "First"), ("h1", "Part <one>"), ("h2", "Two"), ("h3", "Inside"), ("h3", "Three")]


def test_folds_are_open_and_code_and_scripts_are_left_out(joined):
    assert not joined.xpath("//details | //script | //pre")
    assert "folded" in joined.text_content()


def test_a_long_output_of_a_command_is_printed_under_what_it_is_called(joined):
    (output,) = joined.xpath('//div[contains(@class, "console-output")]')
    assert [part.text_content() for part in output] == ["3 lines", "said"]


def test_the_colours_of_paper_are_those_with_which_a_page_is_printed(tmp_path):
    printed = (PROJECT / "book/_static/theme-print.css").read_text(encoding="utf-8")
    assert re.findall(r"--captured: [^;]+;", paper.styles_of(PROJECT)) == re.findall(r"--captured: [^;]+;", printed)
    used = set(re.findall(r"var\((--[\w-]+)\)", paper.styles_of(PROJECT)))
    assert used <= set(re.findall(r"(--[\w-]+):", paper.styles_of(PROJECT)))
    shutil.copytree(PROJECT / "book/_static", tmp_path / "book/_static")
    (tmp_path / "book/_static/theme-print.css").write_text("@media print { p { color: black; } }")
    with pytest.raises(BookError, match=r"theme-print\.css: .*no colours.*expected"):
        paper.styles_of(tmp_path)


def test_a_long_table_of_the_computations_ends_early_and_says_so(joined):
    assert len(joined.xpath("//tr")) == paper_pages.BEGINNING
    assert joined.xpath("string(//p[@class='more-rows'])") == "25 of 50"


def test_a_page_with_an_address_keeps_its_links_to_files(folder):
    page = folder / "book/index.html"
    page.write_text(
        page.read_text().replace("<title>", '<link rel="canonical" href="https://x.org/book/index.html"><title>')
    )
    _, chapters = paper_pages.chapters_of(folder)
    pages = paper_pages.read_pages(folder, chapters)
    paper_pages.prepare(pages, WORDS)
    assert 'href="https://x.org/files/x.csv"' in paper_pages.markup_of(pages[0])


def test_titles_are_escaped_in_markup_and_in_style_sheets(folder):
    title = "</style><script>'\"\\\n"
    chapters = [paper_pages.Chapter(0, "book/index.html", title)]
    front = paper_front.Front("en", title, title, ((title, title),), title, WORDS | {"about": title})
    document = html.document_fromstring(paper_front.document(front, "", chapters, {}, ""))
    assert not document.xpath("//script")
    assert "<" not in document.xpath("string(//style)")


def test_a_folder_without_a_book_is_told(tmp_path):
    with pytest.raises(BookError, match="no built book is here"):
        paper_pages.chapters_of(tmp_path)


def test_a_page_without_contents_is_told(folder):
    (folder / "book/index.html").write_text(THREE)
    with pytest.raises(BookError, match="has no contents in its margin"):
        paper_pages.chapters_of(folder)


def test_a_language_that_the_book_has_not_is_told():
    with pytest.raises(BookError, match=r"--language fr: the book has en, zh_CN\. Name one"):
        paper.print_book(open_study(root=PROJECT), "fr")


def test_without_a_browser_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BookError, match=r"none of chromium, .* is on the PATH.*apt-get install chromium"):
        paper.print_book(open_study(root=PROJECT))


def test_a_browser_that_prints_nothing_is_told(tmp_path):
    with pytest.raises(BookError, match=r"printed nothing \(exit status 1\)"):
        paper._run(shutil.which("false"), tmp_path, "")


def test_a_browser_that_never_ends_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(paper, "LONGEST", 0.2)
    waiting = tmp_path / "waiting"
    waiting.write_text("#!/bin/sh\nexec sleep 20\n")
    waiting.chmod(0o755)
    with pytest.raises(BookError, match=r"did not print the book within 0\.2 seconds"):
        paper._run(str(waiting), tmp_path, "")


def test_a_font_has_the_characters_of_a_text_and_no_lookalikes(tmp_path):
    from fontTools.ttLib import TTFont

    rules = paper_fonts.font_faces(tmp_path, "文a⽂")
    assert rules.count("@font-face") == len(paper_fonts.LATIN) + len(paper_fonts.HAN)
    for path in tmp_path.glob("*.ttf"):
        assert sorted(TTFont(path).getBestCmap()) == [0x20, ord("a"), ord("文")]


def test_a_book_printed_twice_is_the_same_file_with_its_headings_as_they_are(folder, tmp_path):
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip(f"there is no browser here: none of {', '.join(BROWSERS)} is on the PATH")
    study, browser = open_study(root=PROJECT), paper._find_browser()
    files = [tmp_path / name for name in ("first.pdf", "second.pdf")]
    for file in files:
        assert paper._print(study, folder, file, browser) == 5
    assert files[0].read_bytes() == files[1].read_bytes()
    told = [one.title for _, one in entries(PdfReader(files[0]).outline)]
    assert told == ["Contents", "First", "Part <one>", "Two", "Inside", "Three"]


@dataclass
class Printed:
    """A book on paper: its file, and the folder of the pages that it was made of."""

    file: Path
    folder: Path

    @cached_property
    def reader(self):
        return PdfReader(self.file)

    @cached_property
    def texts(self):
        """What each page says."""
        return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(self.file)]


@pytest.fixture(scope="module", params=["en", "zh"])
def printed(request, built_book, tmp_path_factory):
    """The main book in one language, as a PDF."""
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip(f"there is no browser here: none of {', '.join(BROWSERS)} is on the PATH")
    folder = built_book if request.param == "en" else built_book / request.param
    target = tmp_path_factory.mktemp("paper") / "book.pdf"
    paper._print(open_study(root=PROJECT), folder, target, paper._find_browser())
    return Printed(target, folder)


def entries(outline, depth=0):
    for one in outline:
        if isinstance(one, list):
            yield from entries(one, depth + 1)
        else:
            yield depth, one


def test_the_outline_has_the_contents_with_their_pages(printed):
    reader, folder = printed.reader, printed.folder
    _, chapters = paper_pages.chapters_of(folder)
    listed = [one for one in chapters if not one.depth]
    told = [(depth, one.title, reader.get_destination_page_number(one) + 1) for depth, one in entries(reader.outline)]
    parts = [one.part for one in listed if one.part]
    assert [title for depth, title, _ in told if depth == 0][2:] == parts
    assert len([one for one in told if one[0] == 1]) >= len(listed) - 1
    contents = "".join(printed.texts[1:4])
    pages = [page for depth, _, page in told if depth == 1][3:]
    for page in pages[: len(listed) - 1]:
        assert re.search(rf"(?<!\d){page}(?!\d)", contents), page


def test_every_link_within_the_book_leads_to_a_page_of_it(printed):
    reader = printed.reader
    known = {name.removeprefix("/") for name in reader.named_destinations}
    links = [mark.get_object() for page in reader.pages for mark in page.get("/Annots") or []]
    inner = [str(link["/Dest"]).removeprefix("/") for link in links if "/Dest" in link]
    outer = [str(link["/A"]["/URI"]) for link in links if "/A" in link and "/URI" in link["/A"]]
    assert len(inner) > 800
    assert set(inner) <= known
    assert [address for address in outer if not address.startswith(("http://", "https://", "mailto:"))] == []


def test_both_scripts_can_be_read_out_and_nothing_is_a_lookalike(printed):
    said = "".join(printed.texts)
    assert "Xiaohongshu" in said
    assert len(re.findall(r"[\u4e00-\u9fff]", said)) > 300
    assert not re.search(r"[\u2e80-\u2fdf]", said)


def test_drawings_are_vectors_and_every_letter_is_embedded(printed):
    reader = printed.reader
    found = set()
    for page in reader.pages:
        drawn = (page["/Resources"].get("/XObject") or {}).values()
        assert not [one for one in drawn if one.get_object()["/Subtype"] == "/Image"]
        for one in (page["/Resources"].get("/Font") or {}).values():
            font = one.get_object()
            # A letter is drawn by the font's file, or by an outline of its own.
            told = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            found.add(str(told["/FontDescriptor"]["/FontName"]).partition("+")[2])
            assert "/FontFile2" in told["/FontDescriptor"] or "/CharProcs" in font, told
    assert found >= {"STIXGeneral-Regular", "PaperSans", "PaperHan"}
    assert {name for name in found if not name.startswith(("STIX", "Paper", "DejaVu"))} == set()


def test_the_pdf_says_its_title_and_language_is_tagged_and_has_no_empty_page(printed):
    reader, folder = printed.reader, printed.folder
    assert reader.metadata.title
    assert str(reader.root_object["/Lang"]).startswith("en" if folder.name != "zh" else "zh")
    assert "/StructTreeRoot" in reader.root_object
    assert str(reader.metadata["/CreationDate"]).startswith("D:20250119000000")
    assert 150 < len(reader.pages) < 400
    # Letters and not words, since one of the languages sets no space between them.
    letters = [len(re.findall(r"\w", text)) for text in printed.texts]
    assert [number for number, told in enumerate(letters, start=1) if told < FEWEST_LETTERS] == []
