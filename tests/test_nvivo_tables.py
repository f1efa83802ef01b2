"""NVivo's own exports: coding matrices, coding comparisons, and the codebook as a Word document."""

import pandas as pd
import pytest

from analysis.errors import CodingError
from analysis.qda import nvivo_comparison, nvivo_tables, word_codebook
from analysis.qda.coding_rows import A_NUMBER
from analysis.qda.guids import guid_of
from analysis.qda.nvivo_comparison import ComparisonRow, read_comparison
from analysis.qda.nvivo_tables import READER
from table_making import csv_file, given, is_recognised, lost, reading, told, word, workbook

# Codes by cases, out of order, the row 2 with noughts only left out.
MATRIX = [
    [None, "B : Interview.docx", "A : 678d8df659514b846ea25ba3"],
    ["3 : Humour", 0, 2],
    ["1 : Food", 1, 0],
]
EXPECTED = {("678d8df659514b846ea25ba3", "Humour", "Ana"), ("Interview.docx", "Food", "Ana")}


def turned(rows):
    return [list(row) for row in zip(*rows, strict=True)]


def problems(reader, path) -> list[str]:
    with pytest.raises(CodingError) as refused:
        reading(reader, path, "Ana")
    return [line.removeprefix(f"{path}, ") for line in str(refused.value).split("\n")]


def test_each_cell_that_is_not_nought_is_one_coding_of_the_whole_unit(tmp_path):
    project = reading(READER, workbook(tmp_path, {"Sheet1": MATRIX}), "Ana", 2)
    assert given(project) == EXPECTED
    assert {(each.start, each.end, each.round) for each in project.codings} == {(None, None, 2)}
    assert [each.where for each in project.codings] == ["cell C2", "cell B3"]
    assert next(source.guid for source in project.sources) == guid_of("unit", "Interview.docx")


def test_what_a_matrix_does_not_say_is_told(tmp_path):
    project = reading(READER, workbook(tmp_path, {"Sheet1": MATRIX}), "Ana")
    assert told(project) == {nvivo_tables.ONCE: "cell C2 and 1 more"}
    assert [(loss.what, loss.count, loss.example) for loss in project.lost] == [
        (nvivo_tables.OFTEN, 1, "'Humour' 2 times in '678d8df659514b846ea25ba3'")
    ]
    assert project.readings == []


def test_a_matrix_does_not_say_who_coded(tmp_path):
    project = reading(READER, workbook(tmp_path, {"Sheet1": MATRIX}))
    assert {coding.coder for coding in project.codings} == {None}


def test_a_matrix_saved_as_text_is_read_too(tmp_path):
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in MATRIX)
    assert given(reading(READER, csv_file(tmp_path, text), "Ana")) == EXPECTED


def test_a_matrix_of_cases_by_codes_is_turned_by_its_names(tmp_path):
    rows = [
        [None, "A : Humour", "B : Food"],
        ["1 : Cases\\678d8df659514b846ea25ba3", 2, 0],
        ["2 : Files\\Interview.docx", 0, 1],
    ]
    project = reading(READER, workbook(tmp_path, {"Sheet1": rows}), "Ana")
    assert given(project) == EXPECTED
    assert nvivo_tables.TURNED in told(project)


@pytest.mark.parametrize("rows", [[[None, "A : Ann", "B : Ben"], ["1 : Humour", 1, 0], ["2 : Food", 0, 1]]])
def test_without_a_sign_in_the_names_columns_are_the_units(tmp_path, rows):
    project = reading(READER, workbook(tmp_path, {"Sheet1": rows}), "Ana")
    assert given(project) == {("Ann", "Humour", "Ana"), ("Ben", "Food", "Ana")}
    assert nvivo_tables.AS_USUAL in told(project)


def test_a_code_with_noughts_only_is_in_the_codebook(tmp_path):
    project = reading(READER, workbook(tmp_path, {"Sheet1": [*MATRIX, ["4 : Cats", 0, 0]]}), "Ana")
    assert [code.name for code in project.codes] == ["Humour", "Food", "Cats"]
    assert given(project) == EXPECTED


def test_totals_and_a_name_with_a_colon_are_read_as_they_are_meant(tmp_path):
    rows = [[*MATRIX[0], "Total"], ["1 : Daily life: Food", 1, 0, 1], ["Total", 1, 0, 1]]
    project = reading(READER, workbook(tmp_path, {"Sheet1": rows}), "Ana")
    assert given(project) == {("Interview.docx", "Daily life: Food", "Ana")}
    assert [code.name for code in project.codes] == ["Daily life: Food"]


@pytest.mark.parametrize(("cell", "count"), [("12.5%", 1), (0.25, 1), ("0%", 0), ("1:30.5", 1), ("0:00", 0)])
def test_a_share_or_duration_is_told_and_any_above_nought_is_given(tmp_path, cell, count):
    project = reading(READER, workbook(tmp_path, {"S": [[None, "A : p1"], ["1 : Humour", cell]]}), "Ana")
    assert len(project.codings) == count
    assert told(project)[nvivo_tables.AMOUNT] == "cell B2"


def test_a_column_that_adds_up_an_attribute_is_no_unit(tmp_path):
    rows = [[*MATRIX[0], "C : Person:Side = host"], ["1 : Food", 1, 0, 9]]
    project = reading(READER, workbook(tmp_path, {"Sheet1": rows}), "Ana")
    assert given(project) == {("Interview.docx", "Food", "Ana")}
    assert lost(project) == {nvivo_tables.AN_ATTRIBUTE: 1}


def test_names_that_stand_twice_are_taken_for_one(tmp_path):
    rows = [MATRIX[0], ["1 : Food", 1, 0], ["2 : Food", 1, 1]]
    project = reading(READER, workbook(tmp_path, {"Sheet1": rows}), "Ana")
    assert len(project.codes) == 1
    assert told(project)[nvivo_tables.ALIKE] == "'Food'"


def test_everything_wrong_with_a_matrix_is_told_at_once(tmp_path):
    rows = [
        [None, "A : p1", "B : 6.78E+23", "C : "],
        ["1 : Food", "often", 0, 1],
        ["2 : ", -1, 0, 1],
    ]
    assert problems(READER, workbook(tmp_path, {"Sheet1": rows})) == [
        "cell A3: a row without a name.",
        f"cell C1: {A_NUMBER.format('6.78E+23')}",
        "cell D1: a column without a name.",
        "cell B2: 'often'; expected how often the code was given, 0 or more.",
        "cell B3: '-1'; expected how often the code was given, 0 or more.",
        nvivo_tables.MEND,
    ]


def test_codes_by_codes_say_nothing_of_units(tmp_path):
    rows = [[None, "A : Food", "B : Humour"], ["1 : Humour", 3, 4], ["2 : Food", 4, 3]]
    told_, _ = problems(READER, workbook(tmp_path, {"Sheet1": rows}))
    assert told_.startswith("row 1: rows and columns have the same names: which codes stand together")


def test_a_matrix_without_rows_is_told(tmp_path):
    told_, _ = problems(READER, workbook(tmp_path, {"Sheet1": MATRIX[:1]}))
    assert told_ == "row 1: a matrix without rows or without columns."


def test_another_sheet_beside_a_matrix_is_told(tmp_path):
    project = reading(READER, workbook(tmp_path, {"Sheet1": MATRIX, "Notes": [["a"], ["b"]]}), "Ana")
    assert lost(project)["a row of sheet 'Notes', which is no matrix"] == 1


@pytest.mark.parametrize("rows", [[["unit", "A : p1"], ["1 : Food", 1]], [[None, "Food"], ["p1", 1]]])
def test_a_table_of_another_kind_is_no_matrix(tmp_path, rows):
    assert not is_recognised(READER, workbook(tmp_path, {"Sheet1": rows}))


OLD = ["Node", "Source", "Source Folder", "Source Size", "Kappa", "Agreement (%)", "A and B (%)", "Not A and Not B (%)",
       "Disagreement (%)", "A and Not B (%)", "B and Not A (%)"]  # fmt: skip
NEW = [name.replace("Node", "Code").replace("Source", "File") for name in OLD]
COMPARED = ["Humour", "Interview", "Files", "5,310 chars", 0.8, 95.5, 10.5, 85, 4.5, 3, 1.5]


@pytest.mark.parametrize("header", [OLD, NEW], ids=["NVivo 12", "NVivo 14"])
def test_a_coding_comparison_is_read_as_shares(tmp_path, header):
    rows = [header, COMPARED, ["Food", "Interview", "Files", "2 pixels", "", 100, 0, 100, 0, 0, 0]]
    table = read_comparison(workbook(tmp_path, {"Sheet1": rows}))
    assert tuple(table.columns) == ComparisonRow._fields
    assert table.iloc[0].tolist() == [
        "Humour", "Interview", "Files", 5310, "chars", 0.8, 0.955, 0.105, 0.85, 0.045, 0.03, 0.015,
    ]  # fmt: skip
    assert pd.isna(table.loc[1, "kappa"])
    assert (table.loc[1, "agreement"], table.loc[1, "measured_in"]) == (1.0, "pixels")


def test_a_comparison_that_leaves_out_columns_has_them_missing(tmp_path):
    table = read_comparison(csv_file(tmp_path, "Code,File,Kappa,Agreement (%)\nHumour,p1,0.5,80%\n"))
    assert table[["size", "both", "only_b"]].isna().all(axis=None)
    assert table["agreement"].tolist() == [0.8]


def test_a_comparison_is_not_imported_and_it_is_said_what_to_bring_instead(tmp_path):
    path = workbook(tmp_path, {"Sheet1": [OLD, COMPARED]})
    assert is_recognised(nvivo_comparison.READER, path)
    (message,) = problems(nvivo_comparison.READER, path)
    assert "there are no codings in it to import. Export the project as REFI-QDA (.qdpx)" in message


def test_everything_wrong_with_a_comparison_is_told_at_once(tmp_path):
    rows = [OLD, ["", "Interview", "Files", "large", "good", 95, 1, 1, 1, 1, 1], COMPARED]
    with pytest.raises(CodingError) as refused:
        read_comparison(path := workbook(tmp_path, {"Sheet1": rows}))
    assert str(refused.value).split("\n") == [
        f"{path}, cell A2: no code.",
        f"{path}, cell D2: 'large'; expected a size such as 5310 chars.",
        f"{path}, cell E2: 'good'; expected a number.",
        nvivo_comparison.MEND,
    ]


@pytest.mark.parametrize("text", ["unit,coder,code\np1,Ana,Humour\n", "", "\0"])
def test_what_is_no_comparison_is_refused(tmp_path, text):
    with pytest.raises(CodingError, match="no coding comparison. Expected the columns 'Node' or 'Code'"):
        read_comparison(csv_file(tmp_path, text))


BOOK = [
    ["Name", "Description", "Files", "References"],
    ["Food", "What people eat.\nAnd drink.", 3, 7],
    ["Cats", "", 1, 1],
]


def test_a_codebook_in_word_is_read(tmp_path):
    project = reading(word_codebook.READER, word(tmp_path, [["Printed", "today"]], BOOK))
    assert [(code.name, code.description) for code in project.codes] == [
        ("Food", "What people eat.\nAnd drink."), ("Cats", None),
    ]  # fmt: skip
    assert told(project) == {word_codebook.FLAT: "all codes"}
    assert lost(project) == {"column 'Files'": 2, "column 'References'": 2}


def test_a_codebook_in_word_may_name_paths(tmp_path):
    project = reading(word_codebook.READER, word(tmp_path, [*BOOK, ["Nodes\\Food\\Bread", "", 0, 0]]))
    codes = {code.name: code for code in project.codes}
    assert codes["Bread"].parent is not None
    assert project.repairs


def test_everything_wrong_with_a_codebook_in_word_is_told_at_once(tmp_path):
    found = problems(word_codebook.READER, word(tmp_path, [*BOOK, ["Food", "", 0, 0], ["", "Nothing", 0, 0]]))
    assert found[:2] == [
        "table 1, row 4: code 'Food' stands twice, first in row 2; expected one row for each code.",
        "table 1, cell A5: no code. Where cells are merged, write the code into every row.",
    ]


def test_a_letter_in_word_is_refused(tmp_path):
    (message,) = problems(word_codebook.READER, word(tmp_path, [["Dear", "Ana"]]))
    assert message.endswith(word_codebook.EXPECTED)


def test_a_word_document_with_entities_is_refused(tmp_path):
    import zipfile

    path = tmp_path / "codebook.docx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", '<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>')
    with pytest.raises(CodingError, match="a document type"):
        reading(word_codebook.READER, path)
