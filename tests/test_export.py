"""What was coded as tables, a workbook and a page, and the folders that they are written into."""

import io
import zipfile

import openpyxl
import pandas as pd
import pytest

from analysis import masking, privacy, spreadsheets
from analysis.drawn import scope_of
from analysis.errors import StudyError
from analysis.export import export
from analysis.export_page import page_of
from analysis.export_tables import Exported, paths_of, tables_of
from analysis.out import write_folder
from analysis.study import open_study
from coded import frame
from conftest import lay_out
from export_making import COMMENT, POST, codebook, coding, codings, lay_out_study, words

NAMES = {
    "codebook", "codings", "quotes", "units-by-code-counts", "units-by-code", "creators-by-code-counts",
    "creators-by-code",
}  # fmt: skip
ROWS = [
    coding("k1", "p1", "ask.why", **words(POST, "猫")), coding("k2", "p1", "ask.why", "ben", **words(POST, "Why")),
    coding("k3", "c1", "joke", memo="see @somebody", **words(COMMENT, "It")), coding("k4", "p3", "joke"),
]  # fmt: skip
READ = {
    "coder": ["ana"] * 3,
    "round": [1] * 3,
    "unit_id": ["p1", "c1", "c2"],
    "position": [1, 2, 3],
    "source": ["m"] * 3,
}


@pytest.fixture
def made_up(tmp_path):
    lay_out(tmp_path)
    return lay_out_study(tmp_path, codings=codings(ROWS), memos=None, readings=frame("readings", **READ))


@pytest.fixture
def captured(tmp_path, monkeypatch):
    lay_out(tmp_path)
    gists = frame("gists", unit_id=["c1"], gist=["An answer."], coder=["ana"])
    study = lay_out_study(tmp_path, origin="captured", codings=codings(ROWS), memos=None, gists=gists)
    monkeypatch.setitem(privacy._KEY, "bytes", b"")
    masking.make_key(study.key_file)
    return open_study("mine", tmp_path)


def made_of(study, **scope) -> dict[str, pd.DataFrame]:
    return tables_of(Exported(study, scope_of(study, **scope)))


def test_every_table_is_a_file_and_the_readme_says_what_each_is(made_up):
    written = export(made_up, "csv")
    assert {*written.files} == {f"{name}.csv" for name in NAMES} | {"README.txt"}
    told = (written.folder / "README.txt").read_text(encoding="utf-8")
    assert all(f"  {name}.csv" in told for name in NAMES)
    assert "made up to show the method and is no evidence. Licence: CC BY 4.0." in told


def test_a_unit_that_was_read_and_got_no_code_has_zeros_and_one_that_was_not_read_has_no_row(made_up):
    counts = made_of(made_up)["units-by-code-counts"].set_index("unit_id")
    assert counts["ask.why"].to_dict() == {"p1": 2, "c1": 0, "c2": 0}
    assert counts["joke"].to_dict() == {"p1": 0, "c1": 1, "c2": 0}
    assert counts.loc["c1", "side"] == "newcomer"
    assert made_of(made_up)["units-by-code"].set_index("unit_id")["ask.why"].to_dict() == {"p1": 1, "c1": 0, "c2": 0}


def test_codes_are_counted_by_creator(made_up):
    rows = made_of(made_up, everything=True)["creators-by-code-counts"].to_dict("records")
    assert [(row["creator_id"], row["units"], row["ask.why"], row["joke"]) for row in rows] == [
        ("u1", 3, 2, 1),
        ("u3", 1, 0, 1),
    ]
    assert made_of(made_up)["creators-by-code"].to_dict("records")[0]["ask.why"] == 1


def test_quotes_have_the_path_of_their_code_and_what_is_known_of_the_unit(made_up):
    quotes = made_of(made_up)["quotes"]
    assert quotes["code_path"].tolist() == ["Learning > Asking > Why"] * 2 + ["Play > Joke"]
    assert quotes["quote"].tolist() == ["Why", "猫", "It"]
    assert quotes.iloc[2][["unit_id", "post_id", "creator_id", "side", "language"]].tolist() == [
        "c1",
        "p1",
        "u1",
        "host",
        "mixed",
    ]


def test_paths_begin_at_the_top():
    assert paths_of(codebook())["ask.how"] == "Learning > Asking > How & <who>"


def test_captured_texts_are_quoted_as_the_rules_allow_and_nobody_is_named(captured):
    made = made_of(captured)
    assert made["quotes"]["quote"].tolist() == ["‹not shown›", "‹not shown›", "An answer."]
    assert "memo" not in made["codings"]
    for name, table in made.items():
        content = table.to_csv()
        for secret in ("p1", "c1", "u1", "猫", "somebody"):
            assert f",{secret}," not in content, name
    assert made["quotes"]["unit_id"].str.fullmatch("~[0-9a-f]{12}").all()


def test_the_readme_of_captured_texts_grants_nothing(captured):
    told = (export(captured, "csv").folder / "README.txt").read_text(encoding="utf-8")
    assert "Identifiers are masked" in told
    assert "CC BY" not in told
    told = (export(captured, "refi").folder / "README.txt").read_text(encoding="utf-8")
    assert "these are personal data" in told


def test_the_workbook_has_the_tables_and_no_text_in_it_is_a_formula(made_up):
    written = export(made_up, "excel")
    book = openpyxl.load_workbook(written.folder / "mine.xlsx")
    assert set(book.sheetnames) == NAMES | {"about"}
    assert {sheet.freeze_panes for sheet in book} == {"B2"}
    assert [cell.value for cell in book["quotes"]["N"]][1:] == ["Why", "猫", "It"]


TRICKY = ["=1+1", "@SUM(A1)", "https://example.org", "-1", "{=A1}", "0012"]


def test_a_text_stays_a_text():
    content = spreadsheets.workbook_of({"one": pd.DataFrame({"a": TRICKY, "n": [1, 2.5, None, True, 0, -3]})})
    sheet = openpyxl.load_workbook(io.BytesIO(content))["one"]
    assert [cell.value for cell in sheet["A"]][1:] == TRICKY
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert not any(cell.hyperlink for cell in sheet["A"])
    assert [cell.value for cell in sheet["B"]][1:] == [1, 2.5, None, 1, 0, -3]


def test_a_text_that_no_cell_can_hold_is_cut_and_says_so():
    content = spreadsheets.workbook_of({"one": pd.DataFrame({"a": ["x" * 40_000]})})
    cell = openpyxl.load_workbook(io.BytesIO(content))["one"]["A2"].value
    assert len(cell) == 32_767
    assert cell.endswith("x…")


@pytest.mark.parametrize("to", ["csv", "excel", "html"])
def test_the_same_study_gives_the_same_bytes(made_up, tmp_path, to):
    first = {path.name: path.read_bytes() for path in export(made_up, to).folder.iterdir()}
    assert first == {path.name: path.read_bytes() for path in export(made_up, to, tmp_path / "again").folder.iterdir()}


def test_no_clock_stands_in_a_workbook():
    with zipfile.ZipFile(io.BytesIO(spreadsheets.workbook_of({"one": pd.DataFrame({"a": [1]})}))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2025-01-19T00:00:00Z" in archive.read("docProps/core.xml")


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_it_shows(made_up):
    page = (export(made_up, "html").folder / "codebook.html").read_text(encoding="utf-8")
    assert "How &amp; &lt;who&gt;" in page
    assert "<who>" not in page
    for outside in ("http", "<script", "url(", "@import", "src="):
        assert outside not in page.replace("http-equiv", ""), outside
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_words_on_the_page_are_never_tags(made_up):
    of = Exported(made_up, scope_of(made_up))
    quotes = tables_of(of)["quotes"].assign(quote="<b onclick=x>&", coder='"><i>')
    page = page_of(of, quotes)
    assert "&lt;b onclick=x&gt;&amp;" in page
    assert "<b " not in page
    assert "<i>" not in page


def test_the_page_is_well_formed_and_its_filters_fit_its_quotes(made_up):
    from lxml import html

    page = html.document_fromstring((export(made_up, "html").folder / "codebook.html").read_text(encoding="utf-8"))
    boxes = {box.get("id") for box in page.iter("input")}
    assert boxes == {"coder-0", "coder-1", "side-0", "side-1", "language-0"} - {"language-0"}
    quotes = [(quote.text, quote.get("data-coder")) for quote in page.iter("blockquote")]
    assert quotes == [("Why", "1"), ("猫", "0"), ("It", "0")]
    links = {link.get("href").removeprefix("#") for link in page.iter("a")}
    assert links == {section.get("id") for section in page.iter("section")}
    assert [page.xpath(f"count(//{tag})") for tag in ("h1", "h2", "h3", "h4")] == [1, 1, 2, 3]


def test_a_page_of_a_study_without_codings_has_its_codebook_all_the_same(tmp_path):
    lay_out(tmp_path)
    study = lay_out_study(tmp_path, codings=None, memos=None)
    of = Exported(study, scope_of(study))
    page = page_of(of, tables_of(of)["quotes"])
    assert page.count("Never given") == 3
    assert "fieldset" not in page.split("</style>")[1]


@pytest.mark.parametrize("to", ["refi", "csv", "excel", "html"])
def test_a_study_without_any_coding_or_codebook_can_be_exported(tmp_path, to):
    lay_out(tmp_path)
    study = lay_out_study(
        tmp_path, **dict.fromkeys(("codings", "codebook", "memos", "documents", "cases", "attributes"))
    )
    assert "README.txt" in export(study, to).files


def test_an_unknown_format_is_refused_with_those_there_are(made_up):
    with pytest.raises(StudyError, match="--to: 'exel' is not one of refi, csv, excel, html. Nearest: 'excel'."):
        export(made_up, "exel")


def test_what_was_written_before_is_replaced(made_up):
    folder = export(made_up, "csv").folder
    before = (folder / "quotes.csv").read_bytes()
    assert (export(made_up, "csv").folder / "quotes.csv").read_bytes() == before
    assert not list(folder.parent.glob(".*"))


@pytest.mark.parametrize(("name", "content"), [("quotes.csv", "mine now"), ("coded-by-ana.qdpx", "her work")])
def test_what_somebody_changed_or_added_is_never_overwritten(made_up, name, content):
    folder = export(made_up, "csv").folder
    (folder / name).write_text(content)
    with pytest.raises(StudyError, match=f"data/mine/out/csv: holds what was added or changed .*: {name}. Nothing was"):
        export(made_up, "csv")
    assert (folder / name).read_text() == content


def test_a_folder_of_somebody_else_is_never_written_into(made_up, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear")
    with pytest.raises(StudyError, match="letter.txt"):
        export(made_up, "csv", tmp_path / "home")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StudyError, match="a file; expected a folder"):
        export(made_up, "csv", tmp_path / "file")


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    folder = tmp_path / "out"
    write_folder(folder, lambda made: (made / "a.txt").write_text("first") and None, "out")

    def fails(made) -> None:
        (made / "a.txt").write_text("second")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write_folder(folder, fails, "out")
    assert (folder / "a.txt").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
