"""Tables of codings: rows, matrices of 0 and 1, and codebooks, in CSV, TSV, Excel and JSON."""

import json
from datetime import UTC, datetime

import pytest

from analysis.errors import CodingError
from analysis.qda import codebook_tables, coding_matrix, coding_tables
from analysis.qda.coding_rows import A_NUMBER
from analysis.qda.coding_tables import READER
from analysis.qda.guids import guid_of
from analysis.qda.project import Area
from table_making import csv_file, given, is_recognised, lost, read_by, reading, told, workbook

ROWS = "unit,coder,code\np1,Ana,Humour\np1,Ana,Food\np2,Ben,Humour\n"
CODINGS = {("p1", "Humour", "Ana"), ("p1", "Food", "Ana"), ("p2", "Humour", "Ben")}
MATRIX = "unit,Humour,Food\np1,1,0\np2,0,1\np3,0,0\n"


def problems(path, coder=None) -> list[str]:
    """What is said of a broken file, a problem a line, without the file's name and what to do."""
    with pytest.raises(CodingError) as refused:
        reading(READER, path, coder)
    *found, mend = str(refused.value).split("\n")
    assert mend.startswith("Expected a row for each coding")
    return [line.removeprefix(f"{path}, ") for line in found]


@pytest.mark.parametrize(
    "header",
    [
        "unit,coder,code", "Unit ID,Coder,Code name", "post_id,rater,code_id", "Dokumentname,Kodierer:in,Code",
        "unidad,codificadora,código", "unité,codeur,code", "分析单元,编码员,编码", "分析単位,コーダー,コード",
        "Document,Author,Code", "fichier,coder,nodes",
    ],
)  # fmt: skip
def test_columns_are_known_by_usual_names_in_several_languages(tmp_path, header):
    assert given(reading(READER, csv_file(tmp_path, ROWS.replace("unit,coder,code", header)))) == CODINGS


@pytest.mark.parametrize(
    ("separator", "encoding"),
    [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), ("|", "utf-8"), (",", "gb18030")],
)
def test_any_separator_and_encoding_is_read(tmp_path, separator, encoding):
    text = "unit,coder,code\np1,安娜,幽默表达\np1,安娜,日常生活\n".replace(",", separator)
    project = reading(READER, csv_file(tmp_path, text, encoding=encoding))
    assert given(project) == {("p1", "幽默表达", "安娜"), ("p1", "日常生活", "安娜")}


def test_rows_of_a_workbook_are_read_like_those_of_a_text(tmp_path):
    rows = [line.split(",") for line in ROWS.split()]
    assert given(reading(READER, workbook(tmp_path, {"Codings": rows}))) == CODINGS


@pytest.mark.parametrize("form", ["array", "lines", "wrapped"])
def test_rows_of_json_are_read_like_those_of_a_text(tmp_path, form):
    header, *rows = [line.split(",") for line in ROWS.split()]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    text = {
        "array": json.dumps(records, indent=1),
        "lines": "\n".join(map(json.dumps, records)),
        "wrapped": json.dumps({"codings": records}),
    }[form]
    assert given(reading(READER, csv_file(tmp_path, text, "codings.json"))) == CODINGS


def test_all_that_a_row_can_say_is_kept(tmp_path):
    text = (
        "unit,coder,code,start,end,round,coded_at,memo,quote\n"
        'p1,Ana,Humour,3,8,2,2025-02-01T09:30:00+08:00,"Irony, perhaps"," ha ha"\n'
    )
    (coding,) = reading(READER, csv_file(tmp_path, text)).codings
    assert (coding.start, coding.end, coding.round) == (3, 8, 2)
    assert (coding.coded_at, coding.memo) == (datetime(2025, 2, 1, 1, 30, tzinfo=UTC), "Irony, perhaps")
    assert (coding.quoted, coding.where) == (" ha ha", "line 2")


def test_a_part_of_a_picture_and_of_a_recording_is_kept(tmp_path):
    text = (
        "unit,coder,code,page,left,top,right,bottom,begin,finish\n"
        "s1,Ana,Cat,,10,20.5,30,40,,\nd1,Ana,Cat,2,1,2,3,4,,\nv1,Ana,Cat,,,,,,1000,2500\n"
    )
    codings = reading(READER, csv_file(tmp_path, text)).codings
    assert [coding.area for coding in codings] == [Area(10, 20.5, 30, 40), Area(1, 2, 3, 4, 2), None]
    assert (codings[2].begin, codings[2].finish) == (1000, 2500)


def test_identifiers_are_those_that_we_would_give(tmp_path):
    text = "coding_id,unit,coder,code\nc7,p1,Ana,food.cats\n11111111-1111-4111-8111-111111111111,p2,Ana,food.cats\n"
    project = reading(READER, csv_file(tmp_path, text))
    assert [source.guid for source in project.sources] == [guid_of("unit", "p1"), guid_of("unit", "p2")]
    assert [code.guid for code in project.codes] == [guid_of("code", "food.cats")]
    assert [coding.guid for coding in project.codings] == [
        guid_of("coding", "c7"), "11111111-1111-4111-8111-111111111111",
    ]  # fmt: skip


def test_the_same_file_gives_the_same_identifiers_and_the_same_coding_twice_is_two(tmp_path):
    text = f"{ROWS}p2,Ben,Humour\n"
    first, second = (reading(READER, csv_file(tmp_path, text, name)) for name in ("a.csv", "b.csv"))
    assert [coding.guid for coding in first.codings] == [coding.guid for coding in second.codings]
    assert len({coding.guid for coding in first.codings}) == 4


def test_several_codes_in_a_cell_are_several_codings(tmp_path):
    text = 'unit,coder,codes\np1,Ana,Humour; Food\np2,Ana,"Humour\nFood"\n'
    assert given(reading(READER, csv_file(tmp_path, text))) == {
        (unit, code, "Ana") for unit in ("p1", "p2") for code in ("Humour", "Food")
    }


def test_a_code_named_by_its_path_stands_below_what_the_path_says(tmp_path):
    text = "unit,coder,code\np1,Ana,Daily life > Food > Cats\np1,Ana,Daily life > Food\np2,Ana,Nodes\\Humour\n"
    codes = {code.name: code for code in reading(READER, csv_file(tmp_path, text)).codes}
    assert codes["Cats"].parent == codes["Food"].guid
    assert codes["Food"].parent == codes["Daily life"].guid
    assert (codes["Food"].codable, codes["Daily life"].codable) == (True, False)
    assert codes["Humour"].parent is None


def test_a_row_without_a_code_says_that_its_unit_was_read(tmp_path):
    project = reading(READER, csv_file(tmp_path, f"{ROWS}p3,Ana,\n"))
    assert given(project) == CODINGS
    assert read_by(project) == [("Ana", "p3", None)]
    assert told(project) == {"a row without a code: its unit was read, and no code given": "line 5"}


def test_who_coded_and_in_which_round_can_be_told(tmp_path):
    project = reading(READER, csv_file(tmp_path, "unit,code\np1,Humour\n"), "Ana", 2)
    assert [(coding.coder, coding.round) for coding in project.codings] == [("Ana", 2)]
    assert [coding.coder for coding in reading(READER, csv_file(tmp_path, "unit,code\np1,Humour\n")).codings] == [None]


def test_columns_that_have_no_place_are_counted_as_lost(tmp_path):
    text = "unit,coder,code,weight,text\np1,Ana,Humour,3,Hello\np2,Ana,Humour,,Hi\n"
    assert lost(reading(READER, csv_file(tmp_path, text))) == {
        "column 'weight'": 1,
        "what the table says of its units: text": 2,
    }


def test_a_time_that_is_none_is_left_out_and_told(tmp_path):
    project = reading(READER, csv_file(tmp_path, "unit,coder,code,time\np1,Ana,Humour,yesterday\n"))
    assert project.codings[0].coded_at is None
    assert told(project) == {"the time is none by the standard; it is left out": "line 2"}


def test_everything_wrong_with_rows_is_told_at_once(tmp_path):
    text = (
        "unit,coder,code,start,end,round,left,top,right,bottom\n"
        ",Ana,Humour,,,,,,,\n"
        "p1,,Humour,,,,,,,\n"
        "p1,Ana,Humour,5,,,,,,\n"
        "p1,Ana,Humour,5,5,,,,,\n"
        "p1,Ana,Humour,one,2.5,,,,,\n"
        "p1,Ana,Humour,,,0,,,,\n"
        "6.78E+23,Ana,Humour,,,,,,,\n"
        "p1,Ana,Humour,,,,1,2,,\n"
    )
    assert problems(csv_file(tmp_path, text)) == [
        "line 2, column 'unit': no unit. Where cells are merged, write the unit into every row.",
        "line 3, column 'coder': no coder. Write who coded into every row, or name the coder with --coder.",
        "line 4, column 'start': 'start' and 'end': only one is filled; expected both, or none for the whole unit.",
        "line 5, column 'start': from 5 to 5; expected a start from 0, and an end after it.",
        "line 6, column 'start': 'one'; expected a number.",
        "line 6, column 'end': '2.5'; expected a whole number.",
        "line 7, column 'round': round 0; expected a whole number from 1.",
        f"line 8, column 'unit': {A_NUMBER.format('6.78E+23')}",
        "line 9, column 'left': only 2 of left, top, right and bottom are filled; expected all, or none.",
    ]


def test_a_problem_in_a_workbook_is_told_by_its_sheet_and_cell(tmp_path):
    rows = [["unit", "coder", "code"], [], ["p1", None, "Humour"]]
    path = workbook(tmp_path, {"Codings": rows, "Notes": [["Remember the milk"]]})
    assert problems(path) == [
        "sheet 'Codings', cell B3: no coder. Write who coded into every row, or name the coder with --coder."
    ]
    assert given(reading(READER, path, "Ana")) == {("p1", "Humour", "Ana")}
    assert lost(reading(READER, workbook(tmp_path, {"Codings": rows, "Notes": [["a"], ["b"]]}), "Ana")) == {
        "a row of sheet 'Notes', which is not read": 1
    }


def test_a_table_that_does_not_begin_in_the_first_cell_is_told_by_its_cells(tmp_path):
    rows = [[], [None, None, "unit", "coder", "code"], [None, None, "p1", None, "Humour"]]
    assert problems(workbook(tmp_path, {"Codings": rows})) == [
        "cell D3: no coder. Write who coded into every row, or name the coder with --coder."
    ]


def test_rows_that_are_not_readable_are_told_with_what_else_is_wrong(tmp_path):
    text = "unit,coder,code\np1,Ana,Humour,more\n,Ana,Humour\n"
    assert problems(csv_file(tmp_path, text)) == [
        "line 2: 4 cells; expected 3.",
        "1 such rows in all. Check quotes and separators.",
        "line 3, column 'unit': no unit. Where cells are merged, write the unit into every row.",
    ]


def test_lines_that_are_no_json_are_told(tmp_path):
    record = '{"unit": "p1", "coder": "Ana", "code": "Humour"}'
    path = csv_file(tmp_path, f"{record}\n\n{{broken\n[1]\n", "codings.jsonl")
    first, second = problems(path)
    assert first.startswith("line 3: not readable as JSON: Expecting property name")
    assert second == 'line 4: no record; expected an object such as {"unit": …}.'


def test_many_problems_are_counted(tmp_path):
    found = problems(csv_file(tmp_path, "unit,coder,code\n" + ",Ana,Humour\n" * 30))
    assert found[-1] == "… and 10 more."
    assert len(found) == 21


def test_a_table_without_codes_is_told_with_what_it_has(tmp_path):
    assert problems(csv_file(tmp_path, "unit,coder,note\np1,Ana,Hm\n")) == [
        (
            "line 1: no column of codes. Found: 'unit', 'coder', 'note'. Expected one called 'code', or for each code "
            "a column of 0 and 1."
        )
    ]


def test_records_without_codes_are_told_too(tmp_path):
    (told_,) = problems(csv_file(tmp_path, '[{"unit": "p1", "coder": "Ana"}]', "codings.json"))
    assert told_.startswith("record 1: no column of codes. Found: 'unit', 'coder'.")


@pytest.mark.parametrize("header", ["unit,coder,code", "unit,Humour,Food"])
def test_a_table_of_names_only_is_refused(tmp_path, header):
    assert problems(csv_file(tmp_path, f"{header}\n")) == [
        "line 1: no rows below the names of the columns. Code first, then import."
    ]


def test_a_sheet_that_nobody_has_filled_is_refused(tmp_path):
    path = workbook(tmp_path, {"Codings": [["unit", "text", "Humour"], ["p1", "Hello", None], ["p2", "Hi", None]]})
    assert problems(path) == ["row 1: no cell below the names of the columns is filled."]


def test_a_sheet_without_rows_beside_a_full_one_is_no_problem(tmp_path):
    rows = [line.split(",") for line in ROWS.split()]
    project = reading(READER, workbook(tmp_path, {"Ana": rows, "Later": rows[:1]}))
    assert given(project) == CODINGS


def test_a_matrix_gives_codings_where_there_is_a_one_and_readings_for_all(tmp_path):
    project = reading(READER, csv_file(tmp_path, MATRIX), "Ana", 1)
    assert given(project) == {("p1", "Humour", "Ana"), ("p2", "Food", "Ana")}
    assert read_by(project) == [("Ana", "p1", 1), ("Ana", "p2", 1), ("Ana", "p3", 1)]
    assert [code.name for code in project.codes] == ["Humour", "Food"]
    assert [coding.where for coding in project.codings] == ["line 2, column 'Humour'", "line 3, column 'Food'"]
    assert (project.lost, project.repairs) == ([], [])


def test_a_code_that_was_never_given_is_in_the_codebook_all_the_same(tmp_path):
    project = reading(READER, csv_file(tmp_path, "unit,Humour,Food\np1,1,0\np2,1,0\n"), "Ana")
    assert [code.name for code in project.codes] == ["Humour", "Food"]


@pytest.mark.parametrize(("yes", "no"), [("x", "0"), ("TRUE", "FALSE"), ("是", "否"), ("1.0", "0.0"), ("Ja", "Nein")])
def test_marks_are_known_in_several_languages(tmp_path, yes, no):
    text = MATRIX.replace("1,", f"{yes},").replace(",1", f",{yes}").replace("0", no)
    text = f"unit,Humour,Food\np1,{yes},{no}\np2,{no},{yes}\np3,{no},{no}\n"
    assert len(reading(READER, csv_file(tmp_path, text), "Ana").codings) == 2


def test_marks_of_a_workbook_may_be_numbers_and_truths(tmp_path):
    rows = [["unit", "text", "Humour", "Food"], ["p1", "Hello", 1, False], ["p2", "Hi", 0.0, True]]
    project = reading(READER, workbook(tmp_path, {"Sheet1": rows}), "Ana")
    assert given(project) == {("p1", "Humour", "Ana"), ("p2", "Food", "Ana")}
    assert lost(project) == {"what the table says of its units: text": 2}


def test_a_blank_row_is_no_judgement_and_a_blank_cell_beside_noughts_is_told(tmp_path):
    project = reading(READER, csv_file(tmp_path, "unit,Humour,Food\np1,1,0\np2,0,\np3,,\np4,1,\n"), "Ana")
    assert read_by(project) == [("Ana", "p1", None), ("Ana", "p2", None), ("Ana", "p4", None)]
    assert told(project) == {coding_matrix.BLANK_CELL: "line 3", coding_matrix.BLANK_ROW: "line 4"}
    assert "p3" not in {source.name for source in project.sources}


def test_a_matrix_may_name_coders_rounds_and_notes(tmp_path):
    text = "coder,unit,round,Humour,Food,memo\nAna,p1,1,1,1,Odd\nBen,p1,1,0,1,\nBen,p1,2,1,1,\n"
    project = reading(READER, csv_file(tmp_path, text))
    assert [(each.coder, each.round, each.memo) for each in project.codings] == [
        ("Ana", 1, "Odd"), ("Ana", 1, "Odd"), ("Ben", 1, None), ("Ben", 2, None), ("Ben", 2, None),
    ]  # fmt: skip
    assert read_by(project) == [("Ana", "p1", 1), ("Ben", "p1", 1), ("Ben", "p1", 2)]


def test_a_code_may_be_called_as_a_column_usually_is(tmp_path):
    project = reading(READER, csv_file(tmp_path, "unit,text,Language,Humour\np1,Hello,1,0\np2,Hi,0,1\n"), "Ana")
    assert [code.name for code in project.codes] == ["Language", "Humour"]


def test_each_coder_may_have_a_sheet(tmp_path):
    rows = [line.split(",") for line in MATRIX.split()]
    path = workbook(tmp_path, {"Ana": rows, "Ben": rows})
    project = reading(READER, path)
    assert {coder for _, _, coder in given(project)} == {"Ana", "Ben"}
    assert told(project) == {coding_tables.SHEET_IS_CODER: "sheet 'Ana' and 1 more"}


def test_everything_wrong_with_a_matrix_is_told_at_once(tmp_path):
    text = (
        "unit,Humour,Food,Words,humour\n"
        "p1,1,2,Hello my dear friends,0\n"
        "p1,1,0,Hi,0\n"
        ",1,0,Hi,0\n"
        "67890000000000000000000,1,0,,0\n"
        "p2,perhaps,0,,0\n"
    )
    assert problems(csv_file(tmp_path, text), "Ana") == [
        "line 1: 2 columns are called 'humour'; expected a name of its own for each code.",
        (
            "line 2, column 'Words': none of the 3 cells of 'Words' is 0 or 1; this is 'Hello my dear friends'. "
            "If it is no code, call the column 'text' or 'note', or delete it."
        ),
        (
            "line 2, column 'Food': '2'; expected 1 where the code was given, and 0 where it was not. "
            "A count or a degree has no place here: write 1 for any."
        ),
        (
            "line 3: unit 'p1' stands twice for the same coder and round, first in line 2; expected one row. "
            "Join the two, or tell coders or rounds apart in columns 'coder', 'round'."
        ),
        "line 4, column 'unit': no unit. Where cells are merged, write the unit into every row.",
        f"line 5, column 'unit': {A_NUMBER.format('67890000000000000000000')}",
        (
            "line 6, column 'Humour': 'perhaps'; expected 1 where the code was given, and 0 where it was not. "
            "A count or a degree has no place here: write 1 for any."
        ),
    ]


@pytest.mark.parametrize("cell", ["0", "second", "1.5", "-1"])
def test_a_round_that_is_no_number_from_one_is_told(tmp_path, cell):
    assert problems(csv_file(tmp_path, f"unit,coder,round,Humour\np1,Ana,{cell},1\n")) == [
        f"line 2, column 'round': round '{cell}'; expected a whole number from 1."
    ]


def test_a_matrix_that_forgets_a_coder_is_told(tmp_path):
    assert problems(csv_file(tmp_path, "unit,coder,Humour\np1,Ana,1\np2,,1\n")) == [
        "line 3, column 'coder': no coder. Write who coded into every row, or name the coder with --coder."
    ]


def test_names_of_groups_above_the_names_of_codes_are_told(tmp_path):
    rows = [[None, "Daily life", None, "Other"], ["unit", "Humour", "Food", "Cats"], ["p1", 1, 0, 1]]
    path = workbook(tmp_path, {"Sheet1": rows}, merged="B1:C1")
    assert problems(path, "Ana") == [
        (
            "row 2: the names of the columns, with 1 other row above. "
            "Expected them at the top: delete what stands above, undo merged cells."
        )
    ]


def test_a_second_row_of_names_is_told(tmp_path):
    rows = [["unit", "Daily life", None, "Other"], [None, "Humour", "Food", "Cats"], ["p1", 1, 0, 1], ["p2", 1, 1, 0]]
    assert problems(workbook(tmp_path, {"Sheet1": rows}), "Ana") == [
        "row 2: a second row of names ('Humour', 'Food', 'Cats'); expected one. Undo merged cells, join the two.",
        "cell C3: marks in a column without a name. Write the code's name above them; undo merged cells.",
    ]


def test_rows_go_before_a_matrix_in_the_same_workbook(tmp_path):
    rows, matrix = ([line.split(",") for line in text.split()] for text in (ROWS, MATRIX))
    project = reading(READER, workbook(tmp_path, {"matrix": matrix, "codings": rows}))
    assert given(project) == CODINGS
    assert lost(project) == {"a row of sheet 'matrix', which is not read": 3}


BOOK = (
    "code_id,name,parent_id,definition,include,exclude,colour,codable\n"
    "food,Food,,What people eat.,Recipes.,Restaurants.,#4E79A7,false\n"
    "cats,Cats,food,,,,,true\n"
)


def test_a_codebook_is_read_with_its_tree_and_definitions(tmp_path):
    project = reading(READER, csv_file(tmp_path, BOOK))
    food, cats = project.codes
    assert (food.guid, food.name, food.parent) == (guid_of("code", "food"), "Food", None)
    assert food.description == "What people eat.\nInclude: Recipes.\nExclude: Restaurants."
    assert (food.colour, food.codable, cats.codable) == ("#4e79a7", False, True)
    assert (cats.parent, project.codings, project.sources) == (food.guid, [], [])


@pytest.mark.parametrize(
    "text",
    [
        "Code,Definition,Parent\nCats,Small ones.,Food\nFood,To eat.,\n",
        "编码,定义,上级编码\nCats,Small ones.,Food\nFood,To eat.,\n",
        "Name,Description,Parent name,Files,References\nCats,Small ones.,Food,1,2\nFood,To eat.,,1,1\n",
        "Kode,Beschreibung,Oberkode\nCats,Small ones.,Food\nFood,To eat.,\n",
        "code,definition\nFood > Cats,Small ones.\nFood,To eat.\n",
    ],
    ids=["English", "Chinese", "names", "German", "path"],
)
def test_a_parent_may_stand_anywhere_and_be_called_by_its_name(tmp_path, text):
    codes = {code.name: code for code in reading(READER, csv_file(tmp_path, text)).codes}
    assert codes["Cats"].parent == codes["Food"].guid
    assert codes["Cats"].description == "Small ones."
    assert len(codes) == 2


def test_a_theme_without_a_row_becomes_an_entry_that_is_not_given(tmp_path):
    project = reading(READER, csv_file(tmp_path, "theme,code,definition\nFood,Cats,Small.\nFood,Dogs,Large.\n"))
    codes = {code.name: code for code in project.codes}
    assert (codes["Food"].codable, codes["Cats"].parent, codes["Dogs"].parent) == (False, *[codes["Food"].guid] * 2)
    assert told(project) == {codebook_tables.NO_ROW: "'Food', above 'Cats'"}


def test_a_codebook_and_codings_of_one_workbook_share_their_codes(tmp_path):
    sheets = {
        "codings": [["unit", "coder", "code"], ["p1", "Ana", "Cats"], ["p2", "Ana", "food"]],
        "codebook": [line.split(",") for line in BOOK.split("\n")[:-1]],
    }
    project = reading(READER, workbook(tmp_path, sheets))
    assert [code.name for code in project.codes] == ["Food", "Cats"]
    assert given(project) == {("p1", "Cats", "Ana"), ("p2", "Food", "Ana")}


def test_everything_wrong_with_a_codebook_is_told_at_once(tmp_path):
    text = "code,name,definition,parent,codable\n,,Nothing,,\na,A,,b,\nb,B,,a,\nc,C,,c,\na,A,,,\nd,D,,,perhaps\n"
    assert problems(csv_file(tmp_path, text)) == [
        "line 2, column 'code': no code. Where cells are merged, write the code into every row.",
        "line 6: code 'a' stands twice, first in line 3; expected one row for each code.",
        "line 7, column 'codable': 'perhaps'; expected true or false, or nothing.",
        "line 3, column 'parent': code 'a' stands above itself; expected another parent, or none.",
        "line 4, column 'parent': code 'b' stands above itself; expected another parent, or none.",
        "line 5, column 'parent': code 'c' stands above itself; expected another parent, or none.",
    ]


def test_a_colour_that_is_none_is_told(tmp_path):
    project = reading(READER, csv_file(tmp_path, "code,definition,colour\nCats,Small.,red\n"))
    assert project.codes[0].colour is None
    assert told(project) == {"the colour is not written as #RRGGBB or #RGB; it is left out": "Code 'Cats', 'red'"}


@pytest.mark.parametrize(
    "text",
    [
        "id,code,caption,like_count,taken_at\n17,CxYz,Hello,5,1736827200\n",
        "post_id,code,caption,like_count\n17,CxYz,Hello,5\n",
        "code,description,likes\nCxYz,Hello,5\n",
        "coder,name,description\nAna,Humour,Fun.\n",
        "post_id,author,text,is_video\np1,u1,Hello,1\np2,u2,Hi,0\n",
        "post_id,title,likes,is_video\np1,Hello,3,1\n",
        "id,name,description,followers\n1,Ann,Hello,5\n",
        "note,author,heading,body\np1,u1,Hello,Hi\n",
        "alpha,beta\n1,0\n0,1\n",
        "a text that is no table\n",
    ],
    ids=["shortcodes", "units", "described", "coders", "truths", "counts", "accounts", "mapped", "nameless", "prose"],
)
def test_a_table_of_something_else_is_not_recognised(tmp_path, text):
    assert not is_recognised(READER, csv_file(tmp_path, text))
