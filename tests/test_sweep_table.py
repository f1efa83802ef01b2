import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis.database import connected
from analysis.errors import CaptureError, TableError
from analysis.sweep_table import read_sweep
from making import make_notebook

PARAMETERS = """study: str = "liu2025"
min_comments: int = None
likes_top_share: float = None
token_unit: str = None
asking_codes: list = None
verbose: bool = False"""
COLUMNS = ["min_comments", "likes_top_share", "token_unit"]
ROWS = [[5, None, "character"], [None, 0.05, None], [None, None, None]]


@pytest.fixture
def root(small: Path) -> Path:
    """A compendium whose notebook takes parameters of every kind."""
    shutil.rmtree(small / "notebooks")
    make_notebook(small / "notebooks/01-only.ipynb", PARAMETERS)
    return small


def as_text(root: Path, separator: str) -> Path:
    lines = [COLUMNS, *(["" if cell is None else str(cell) for cell in row] for row in ROWS)]
    path = root / "table.txt"
    path.write_text("\n".join(separator.join(line) for line in lines) + "\n", encoding="utf-8")
    return path


def as_workbook(root: Path) -> Path:
    book = openpyxl.Workbook()
    for row in [COLUMNS, *ROWS]:
        book.active.append(row)
    # A row without any cell would not be one.
    book.active.cell(row=4, column=1, value=" ")
    book.save(root / "table.xlsx")
    return root / "table.xlsx"


def as_json(root: Path) -> Path:
    records = [{name: cell for name, cell in zip(COLUMNS, row, strict=True) if cell is not None} for row in ROWS]
    (root / "table.json").write_text(json.dumps(records))
    return root / "table.json"


def as_parquet(root: Path) -> Path:
    rows = pd.DataFrame(ROWS, columns=COLUMNS)
    with connected() as db:
        db.register("sweep_rows", rows)
        db.execute(f"COPY sweep_rows TO '{root / 'table.parquet'}' (FORMAT parquet)")
    return root / "table.parquet"


@pytest.mark.parametrize(
    "write",
    [lambda root: as_text(root, ","), lambda root: as_text(root, "\t"), as_workbook, as_json, as_parquet],
    ids=["csv", "tsv", "excel", "json", "parquet"],
)
def test_a_table_may_come_in_any_format(root, write):
    table = read_sweep(write(root), root, "liu2025")
    assert [row.given for row in table.rows] == [
        {"min_comments": 5, "token_unit": "character"}, {"likes_top_share": 0.05}, {},
    ]  # fmt: skip
    assert table.rows[2].decided == {"min_comments": 20, "likes_top_share": 0.5, "token_unit": "word"}
    assert sorted(table.parameters) == sorted(COLUMNS)


def over(root: Path, *lines: str) -> Path:
    (root / "cuts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Path("cuts.csv")


def test_every_problem_is_told_at_once_with_its_row_and_column(root):
    file = over(
        root,
        "name,study,min_comments,min_coments,orders,likes_top_share,asking_codes,verbose",
        "a/b,liu2025,-1,1,1,2,[a,",
        "a,liu2052,half,1,1,x,7,maybe",
        "same,liu2025,1,,,,,",
        "Same,liu2025,2,,,,,",
    )
    (root / "cuts.csv").write_text((root / "cuts.csv").read_text().replace("2,[a,", '2,"[a",yes'))
    with pytest.raises(TableError) as error:
        read_sweep(file, root)
    expected = [
        "cuts.csv: column 'min_coments' is no parameter. Nearest: 'min_comments'. There are: study, name, asking",
        "cuts.csv: column 'orders': no notebook takes this decision as a parameter. Leave the column out.",
        "cuts.csv, line 2, min_comments: found -1; expected a count from 0.",
        "cuts.csv, line 2, likes_top_share: found 2; expected a share from 0 to 1.",
        "cuts.csv, line 2, asking_codes: '[a' cannot be read. Write it as in study.yml, on one line.",
        "cuts.csv, line 2, name: found 'a/b'; expected a folder's name, of up to 80 letters",
        "cuts.csv, line 3, study: There is no study 'liu2052'",
        "cuts.csv, line 3, min_comments: found 'half'; expected a count from 0.",
        "cuts.csv, line 3, likes_top_share: found 'x'; expected a share from 0 to 1.",
        "cuts.csv, line 3, asking_codes: found 7; expected a list of codes.",
        "cuts.csv, line 3: parameter 'verbose' is 'maybe'; expected true or false.",
        "cuts.csv, line 5, name: 'Same' is the name of line 4, too, which asks for something else. Give each a name",
        "Correct the table, then run the same command again.",
    ]
    for line, told in zip(str(error.value).splitlines(), expected, strict=True):
        assert line.startswith(told)


def test_a_row_without_a_study_is_told(root):
    with pytest.raises(TableError, match=r"line 2, study: there is none. .* compendium sweep NAME --over FILE"):
        read_sweep(over(root, "study,min_comments", ",5"), root)


def test_a_table_without_rows_is_told(root):
    with pytest.raises(TableError, match=r"cuts.csv: not a single row; expected one for each run"):
        read_sweep(over(root, "min_comments"), root, "liu2025")


def test_a_file_that_is_not_there_is_told(root):
    with pytest.raises(CaptureError, match=r"nowhere.csv: there is no such file"):
        read_sweep(Path("nowhere.csv"), root, "liu2025")


def test_a_record_that_is_none_is_told(root):
    (root / "cuts.ndjson").write_text('{"min_comments": 5}\n[1, 2]\n{"min_comments": 6}\n')
    with pytest.raises(TableError, match=r"cuts.ndjson, line 2: not readable as a row"):
        read_sweep(Path("cuts.ndjson"), root, "liu2025")


def test_a_workbook_of_several_sheets_is_told(root):
    book = openpyxl.Workbook()
    book.active.append(["min_comments"])
    book.create_sheet("more").append(["min_comments"])
    book.save(root / "cuts.xlsx")
    with pytest.raises(TableError, match=r"cuts.xlsx: 2 sheets or tables; expected one"):
        read_sweep(Path("cuts.xlsx"), root, "liu2025")


def test_rows_that_ask_for_the_same_are_run_once(root):
    table = read_sweep(over(root, "name,min_comments", "a,5", "b,20", "c,05", "d,"), root, "liu2025")
    assert [row.name for row in table.rows] == ["a", "b"]
    assert table.merged == [
        "cuts.csv, line 4: asks for the same as line 2; run once, as 'a'.",
        "cuts.csv, line 5: asks for the same as line 3; run once, as 'b'.",
    ]


def test_a_row_is_called_after_what_it_gives_and_keeps_its_name_when_rows_are_added(root):
    first = read_sweep(over(root, "min_comments,asking_codes", '5,"[a, b]"', "5,"), root, "liu2025").rows
    second = read_sweep(over(root, "min_comments,asking_codes", "6,", "5,", '5,"[a, b]"'), root, "liu2025").rows
    assert first[1].name == "min_comments=5"
    assert first[0].name.startswith("row ")
    assert [row.name for row in second[1:]] == [first[1].name, first[0].name]
