from pathlib import Path

import pandas as pd
import pytest

from analysis import schema, tables
from analysis.database import connected
from analysis.errors import TableError

COMMENT = {"comment_id": "c1", "post_id": "p1", "text": 'two\nlines, "quoted" 你好 👋', "likes": "17000",
           "likes_captured": "1.7万", "created_at": "2025-01-14T04:08:00Z", "source": "test"}  # fmt: skip


def comments(**changes: str) -> pd.DataFrame:
    row = {**dict.fromkeys(schema.TABLES["comments"].column_names), **COMMENT, **changes}
    return schema.typed(pd.DataFrame([row], dtype="str"), "comments")


def test_a_table_is_read_as_it_was_written(tmp_path):
    tables.write_table(comments(), tmp_path / "comments.csv", "comments")
    pd.testing.assert_frame_equal(tables.read_table(tmp_path / "comments.csv", "comments"), comments())


def test_a_missing_value_stays_missing(tmp_path):
    tables.write_table(comments(), tmp_path / "comments.csv", "comments")
    read = tables.read_table(tmp_path / "comments.csv", "comments")
    assert read[["parent_comment_id", "author_id", "language"]].isna().all(axis=None)


def test_a_table_that_would_not_be_readable_is_not_written(tmp_path):
    tables.write_table(comments(), tmp_path / "comments.csv", "comments")
    before = (tmp_path / "comments.csv").read_bytes()
    with pytest.raises(TableError, match="stands already"):
        tables.write_table(pd.concat([comments(), comments()]), tmp_path / "comments.csv", "comments")
    assert (tmp_path / "comments.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        ("comment_id\n你".encode("gb18030"), "is not UTF-8"),
        (b'a,b\n"1,2\n', "not a readable CSV file"),
    ],
    ids=["empty", "encoding", "quotes"],
)
def test_an_unreadable_file_is_told(tmp_path, content, told):
    (tmp_path / "c.csv").write_bytes(content)
    with pytest.raises(TableError, match=told):
        tables.read_table(tmp_path / "c.csv", "comments", shown="data/c.csv")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(TableError, match=r"data/c.csv: there is no such file"):
        tables.read_table(tmp_path / "c.csv", "comments", shown="data/c.csv")


def test_the_line_told_is_the_line_in_the_file_even_after_a_text_of_several_lines(tmp_path):
    two = pd.concat([comments(), comments(comment_id="c2", text="short")])
    tables.write_table(two, tmp_path / "c.csv", "comments")
    (tmp_path / "c.csv").write_text((tmp_path / "c.csv").read_text().replace("c2", "c1"))
    with pytest.raises(TableError, match="line 4: comment_id 'c1' stands already in line 2"):
        tables.read_table(tmp_path / "c.csv", "comments")


def test_an_interrupted_write_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    tables.replace_text(path, "before")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        tables.replace_text(path, "after")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]


@pytest.mark.parametrize("kind", ["INTEGER", "DOUBLE", "VARCHAR", "TIMESTAMP"])
def test_an_empty_column_of_times_is_missing_whatever_its_kind(tmp_path, kind):
    path = tmp_path / "comments.parquet"
    with connected() as db:
        db.register("made", comments())
        db.execute(f"COPY (SELECT * REPLACE (NULL::{kind} AS created_at) FROM made) TO '{path}' (FORMAT parquet)")
    read = tables.read_table(path, "comments")
    assert read["created_at"].isna().all()
    assert read.drop(columns="created_at").equals(comments().drop(columns="created_at"))
    assert schema.as_text(read, "comments")["created_at"].isna().all()
