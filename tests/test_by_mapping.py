"""Any table of posts, comments or accounts, by the mapping in study.yml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from analysis.database import connected, frame
from analysis.errors import CaptureError
from analysis.sources.by_mapping import reader_for
from analysis.sources.mapped import read_mapped
from analysis.sources.opening import opened
from analysis.sources.reader import RAW
from containers import raw, write_array, write_csv, write_database, write_lines, write_workbook

DATA = Path(__file__).parent / "data"
POSTS = {
    "columns": {
        "post_id": "note",
        "creator_id": "author",
        "title": "heading",
        "text": "body",
        "hashtags": "tags",
        "published_at": "when",
        "likes": "liked",
        "comments_count": "replied",
        "media": "kind",
        "url": "https://example.org/{post_id}",
    },
    "time_format": "%m/%d/%Y %H:%M",
    "utc_offset": "+08:00",
}
COMMENTS = {
    "columns": {
        "comment_id": "id",
        "post_id": "post",
        "parent_comment_id": "answers",
        "author_id": "who",
        "text": "said",
        "created_at": "at",
        "likes": "liked",
    },
    "time_format": "unix_ms",
}


def read(path: Path, mapping: Mapping[str, Any], table: str = "posts") -> pd.DataFrame:
    with opened(path, path.parent / "scratch") as (capture,), connected() as db:
        reader = reader_for(mapping)
        assert reader.recognises(capture)
        query = reader.read(capture, db).queries[table]
        return frame(db, f"SELECT * FROM ({query}) ORDER BY line")


def write(folder: Path, content: str) -> Path:
    path = folder / "posts.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return path


def one(folder: Path, cell: str, canonical: str, **options: Any) -> Any:
    """What a single cell becomes in a canonical column of posts."""
    path = write_lines(folder / "one.jsonl", [{"id": "p1", "cell": cell}])
    found = read(path, {"posts": {"columns": {"post_id": "id", canonical: "cell"}, **options}})[canonical][0]
    return None if pd.isna(found) else found


def test_a_good_capture_becomes_raw_records(tmp_path):
    path = tmp_path / "good.csv"
    path.write_bytes((DATA / "mapped-good.csv").read_bytes())
    posts = read(path, {"posts": POSTS})
    assert set(posts.columns) <= RAW["posts"].keys()
    assert posts["line"].tolist() == [2, 4, 5, 6]
    assert posts["likes"].tolist() == ["7.6万", "7.5万", "1千+", "12"]
    assert posts["media"].tolist() == ["video", "video", "image", "video"]
    assert posts["hashtags"].tolist()[::2] == ["Hello new_here moving_home", "你好"]
    assert posts["url"][2] == "https://example.org/p-2"
    assert posts["published_at"][0] == pd.Timestamp("2025-01-14T04:08:00", tz="UTC")
    assert posts["published_from"].fillna("").tolist() == ["captured", "captured", "", "post_id"]
    assert posts["reason"].isna().all()


def test_the_real_posts_are_read_as_the_reader_of_other_tables_reads_them(tmp_path, shared, project):
    mapping = yaml.safe_load((project / "data/refugees722/study.yml").read_text(encoding="utf-8"))["mapping"]
    path = tmp_path / "posts.csv"
    path.write_bytes((shared / "data/tiktokrefugee-posts/posts.csv").read_bytes())
    found = read(path, mapping)
    options = {key: value for key, value in mapping["posts"].items() if key != "columns"}
    expected = read_mapped(path, "posts", mapping["posts"]["columns"], source="test", **options)
    assert len(found) == 722
    for column in ("post_id", "title", "text", "hashtags", "published_at", "published_from", "media"):
        assert found[column].astype("object").equals(expected[column].astype("object")), column
    for column in ("likes", "collects", "comments_count", "shares"):
        assert found[column].equals(expected[f"{column}_captured"]), column
    assert found["account"].nunique() == expected["creator_id"].nunique()


RECORDS = [
    {"id": "c1", "post": "p1", "answers": "0", "who": "h1", "said": "¡Hola!", "at": 1736827200000, "liked": "1.2万"},
    {"id": "c2", "post": "p1", "answers": "p1", "who": "n1", "said": "やあ", "at": 1736827260000, "liked": "3"},
    {"id": "c3", "post": "p1", "answers": "c2", "who": "h1", "said": "#a b", "at": 1736827320000, "liked": ""},
]


def in_parquet(folder: Path) -> Path:
    source = write_array(folder / "source.json", RECORDS)
    duckdb.sql(f"COPY (FROM read_json('{source}')) TO '{folder / 'x.parquet'}' (FORMAT parquet)")
    return folder / "x.parquet"


@pytest.mark.parametrize(
    "made",
    [
        lambda folder: write_csv(folder / "x", RECORDS, "utf-16"),
        lambda folder: write_csv(folder / "x", RECORDS, "gb18030"),
        lambda folder: write_array(folder / "x", RECORDS),
        lambda folder: write_lines(folder / "x", RECORDS),
        lambda folder: write_workbook(folder / "x", {"About": [{"a": 1}], "Said": RECORDS}),
        lambda folder: write_database(folder / "x", {"about": [{"a": 1}], "said": RECORDS}),
        in_parquet,
    ],
    ids=["UTF-16", "GB18030", "JSON", "JSON lines", "workbook", "SQLite", "Parquet"],
)
def test_every_kind_of_file_gives_the_same_comments(tmp_path, made):
    comments = read(made(tmp_path), {"comments": COMMENTS}, "comments")
    assert comments["comment_id"].tolist() == ["c1", "c2", "c3"]
    assert comments["parent_comment_id"].fillna("").tolist() == ["", "", "c2"]
    assert comments["likes"].fillna("missing").tolist() == ["1.2万", "3", "missing"]
    assert comments["created_at"][0] == pd.Timestamp("2025-01-14T04:00:00", tz="UTC")
    assert comments["account"][0] == comments["account"][2] != comments["account"][1]
    assert comments["text"].tolist() == ["¡Hola!", "やあ", "#a b"]


def test_a_file_of_posts_and_comments_gives_both(tmp_path):
    path = write_workbook(tmp_path / "x", {"Posts": [{"nota": "p1", "me gusta": 5.0}], "Said": RECORDS})
    mapping = {"posts": {"columns": {"post_id": "nota", "likes": "me gusta"}}, "comments": COMMENTS}
    assert read(path, mapping, "posts")["likes"].tolist() == ["5"]
    assert len(read(path, mapping, "comments")) == 3


def test_of_several_mappings_of_a_table_the_first_that_fits_is_read(tmp_path):
    path = write(tmp_path, "id,text\np1,hola\n")
    several = [{"columns": {"post_id": "note"}}, {"columns": {"post_id": "id", "text": "text"}},
               {"columns": {"post_id": "id"}}]  # fmt: skip
    assert read(path, {"posts": several})["text"].tolist() == ["hola"]


def test_a_mapping_fits_only_a_file_that_has_all_its_columns(tmp_path):
    with opened(write(tmp_path, "id,text\np1,hola\n"), tmp_path) as (capture,):
        assert not reader_for({"posts": {"columns": {"post_id": "id", "title": "título"}}}).recognises(capture)
        assert not reader_for({"posts": {"columns": {"url": "https://host/{post_id}"}}}).recognises(capture)
        assert not reader_for({}).recognises(capture)


def test_a_key_that_only_a_later_record_has_is_found(tmp_path):
    path = write_lines(tmp_path / "x", [*[{"id": "p"}] * 60, {"id": "p2", "user": {"id": 7}, "title": "hola"}])
    columns = {"post_id": "id", "title": "title"}
    assert read(path, {"posts": {"columns": columns}})["title"].tolist()[-1] == "hola"


@pytest.mark.parametrize("write", [write_lines, write_csv])
def test_one_column_may_be_given_twice(tmp_path, write):
    path = write(tmp_path / "x", [{"id": "p1", "by": "Ana"}])
    found = read(path, {"posts": {"columns": {"post_id": "id", "creator_id": "by", "account_name": "by"}}})
    assert found["account_name"].tolist() == ["Ana"]


def test_a_key_within_another_is_mapped_with_a_dot(tmp_path):
    path = write_lines(tmp_path / "x", [{"id": "p1", "user": {"id": 7, "name": "Ana"}}])
    posts = read(path, {"posts": {"columns": {"post_id": "id", "creator_id": "user.id", "account_name": "user.name"}}})
    assert posts["account_name"].tolist() == ["Ana"]
    assert posts["account"].str.fullmatch("[0-9a-f]{16}").all()


@pytest.mark.parametrize(
    ("cell", "time_format", "utc_offset", "expected"),
    [
        ("1/14/2025 2:36", "%m/%d/%Y %H:%M", "+08:00", "2025-01-13T18:36:00"),
        ("2025-01-14T02:36:00", "ISO8601", 8, "2025-01-13T18:36:00"),
        ("2025-01-14T02:36:00.9Z", "ISO8601", "+08:00", "2025-01-14T02:36:00"),
        ("2025-01-14T02:36:00-05:00", "ISO8601", "+08:00", "2025-01-14T07:36:00"),
        ("2025-01-14", "ISO8601", "+01:00", "2025-01-13T23:00:00"),
        (" 2025-01-14 12:08:00 +0800 ", "ISO8601", "+08:00", "2025-01-14T04:08:00"),
        ("2025-01-14T12:08:00+08", "ISO8601", "+08:00", "2025-01-14T04:08:00"),
        ("2025-01-14 12:08:00 UTC", "ISO8601", "+08:00", "2025-01-14T12:08:00"),
        ("Tue Jan 14 12:08:00 +0800 2025", "%a %b %d %H:%M:%S %z %Y", "+08:00", "2025-01-14T04:08:00"),
        ("2025年01月14日 12:08", "%Y年%m月%d日 %H:%M", "+09:00", "2025-01-14T03:08:00"),
        ("1736827200", "unix_s", 0, "2025-01-14T04:00:00"),
        ("1736827200123", "unix_ms", 0, "2025-01-14T04:00:00"),
    ],
)
def test_every_form_of_time_becomes_utc(tmp_path, cell, time_format, utc_offset, expected):
    found = one(tmp_path, cell, "published_at", time_format=time_format, utc_offset=utc_offset)
    assert found == pd.Timestamp(expected, tz="UTC")


def test_a_time_is_kept_to_the_second(tmp_path):
    path = write(tmp_path, "id,at\np1,2025-01-14T02:36:00.9Z\n")
    (post,) = raw(reader_for({"posts": {"columns": {"post_id": "id", "published_at": "at"}}}), path, "posts")
    assert post["published_at"] == "2025-01-14T02:36:00"


@pytest.mark.parametrize(
    ("cell", "separator", "expected"),
    [
        ("a#b c#A", "#", "a b_c"),
        ("a, b,#c", ",", "a b c"),
        ("a b", " ", "a b"),
        ('["a", "b c"]', "#", "a b_c"),
        ('[{"name": "a"}, {"name": "b"}]', "#", "a b"),
        ("[not a list", "#", "[not_a_list"),
        ("ab c", "", "ab_c"),
        (" ", "#", None),
    ],
)
def test_hashtags_are_told_apart_by_their_separator_or_as_a_list(tmp_path, cell, separator, expected):
    assert one(tmp_path, cell, "hashtags", hashtag_separator=separator) == expected


@pytest.mark.parametrize(
    ("canonical", "cell", "expected"),
    [
        ("images", "https://a/1.jpg,https://a/2.jpg", "https://a/1.jpg https://a/2.jpg"),
        ("images", '["https://a/1.jpg", "https://a/2,3.jpg"]', "https://a/1.jpg https://a/2,3.jpg"),
        ("media", " 视频 ", "video"),
        ("media", "None", "none"),
        ("search_rank", "3", 3),
        ("likes", " 25.4 Million ", "25.4 Million"),
        ("likes", "-1", "-1"),
        ("likes", "3,4k", "3,4k"),
        ("likes", "1,2 mil", "1,2 mil"),
        *[("likes", sign, None) for sign in ("-", " – ", "—", "n/a", "N/A", "null", "NaN", "None", "\\N")],
        *[(name, "NaN", None) for name in ("published_at", "search_rank", "account_name")],
        *[(name, "-", "-") for name in ("title", "text")],
        ("text", "\u3000\n ", None),
        ("text", " hola ", " hola "),
        ("names", "Ana\nBo", "Ana\nBo"),
    ],
)
def test_a_cell_is_handed_on_as_the_canonical_column_needs_it(tmp_path, canonical, cell, expected):
    assert one(tmp_path, cell, canonical) == expected


def test_a_time_of_the_capture_goes_before_that_of_the_identifier(tmp_path):
    path = write(tmp_path, "id,at\n6785e350a276837fb0382e0a,\n6785e350a276837fb0382e0a,2025-02-01\n")
    posts = read(path, {"posts": {"columns": {"post_id": "id", "published_at": "at"}}})
    assert posts["published_from"].tolist() == ["post_id", "captured"]
    assert posts["published_at"].tolist() == [
        pd.Timestamp("2025-01-14T04:08:48", tz="UTC"),
        pd.Timestamp("2025-02-01", tz="UTC"),
    ]


def test_a_record_without_a_sound_identifier_says_why_it_cannot_be_used(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "p1"}\n{"id":\n{"id": " "}\n{"id": "6.785e+23"}\n{"id": "12.0"}\n{"id": 12}\n')
    reasons = read(path, {"posts": {"columns": {"post_id": "id"}}})["reason"].fillna("").tolist()
    number = "an identifier that a spreadsheet turned into a number"
    assert reasons == ["", "not readable as JSON", "no identifier", number, number, ""]


@pytest.mark.parametrize("sign", ["-", "–", "n/a", "NULL", "NaN", "None"])
def test_a_sign_that_there_is_nothing_is_no_identifier(tmp_path, sign):
    path = write_lines(tmp_path / "x", [{"id": "c1", "of": "p1", "by": sign, "to": sign}, {"id": sign, "of": "p1"}])
    columns = {"comment_id": "id", "post_id": "of", "author_id": "by", "parent_comment_id": "to", "text": "of"}
    comments = read(path, {"comments": {"columns": columns}}, "comments")
    assert comments["reason"].fillna("").tolist() == ["", "no identifier"]
    assert comments[["account", "parent_comment_id"]].isna().all(axis=None)


def test_a_long_identifier_that_a_workbook_made_a_number_is_told(tmp_path):
    path = write_workbook(tmp_path / "x", {"Posts": [{"id": 1752345678901234567}, {"id": "1752345678901234567"}]})
    posts = read(path, {"posts": {"columns": {"post_id": "id", "creator_id": "id"}}})
    assert posts["reason"].isna().tolist() == [False, True]
    assert posts["account"].isna().tolist() == [True, False]


@pytest.mark.parametrize("name", ["id", "called"])
def test_accounts_are_read_by_identifier_or_by_name(tmp_path, name):
    columns = {"creator_id": "id"} if name == "id" else {"account_name": "called"}
    path = write(tmp_path, "id,called,side,about\na1,Ana,Host,me\n ,,,\n")
    creators = read(
        path, {"creators": {"columns": {**columns, "side": "side", "self_description": "about"}}}, "creators"
    )
    assert creators["side"].fillna("").tolist() == ["host", ""]
    assert creators["reason"].fillna("").tolist() == ["", "no identifier"]


def test_a_broken_capture_gives_all_its_problems_at_once(tmp_path):
    path = tmp_path / "broken.csv"
    path.write_bytes((DATA / "mapped-broken.csv").read_bytes())
    with pytest.raises(CaptureError) as refused:
        read(path, {"posts": POSTS})
    assert [line.replace(str(path), "file") for line in str(refused.value).splitlines()] == [
        "file, line 2: 'when (published_at)' is '14.1.2025'; expected a time like %m/%d/%Y %H:%M.",
        "file, line 2: 'liked (likes)' is 'many'; expected a count such as 12, 1.7万 or 10+.",
        "file, line 2: 'kind (media)' is 'film'; expected one of image, video, none.",
        (
            "mapping, posts: for 'when (published_at)', put this into study.yml, beside columns: "
            'time_format: "%d.%m.%Y"; and utc_offset: "+08:00" if the clock of these times is ahead of UTC by so much.'
        ),
        "Correct the mapping in study.yml or these cells, then import the file.",
    ]


def test_of_many_unreadable_cells_the_first_are_told_and_all_are_counted(tmp_path):
    path = write(tmp_path, "id,published_at\n" + "".join(f"p{place},soon\n" for place in range(25)))
    with pytest.raises(CaptureError) as refused:
        read(path, {"posts": {"columns": {"post_id": "id", "published_at": "published_at"}}})
    told = str(refused.value).splitlines()
    assert [line.partition(":")[0].rpartition(" ")[2] for line in told[:10]] == [str(line) for line in range(2, 12)]
    assert told[10].endswith("posts.csv: 'published_at' is so in 25 rows in all.")
    assert "'published_at' is 'soon'" in told[0]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda folder, bad: write_workbook(folder / "x", {"P": bad}), "x, P, row 2: 'n (likes)' is 'x'; expected"),
        (lambda folder, bad: write_database(folder / "x", {"p": bad}), "x, p, record 1: 'n (likes)' is 'x'"),
        (lambda folder, bad: write_array(folder / "x", bad), "x, record 1: 'n (likes)' is 'x'"),
        (lambda folder, bad: write_lines(folder / "x", bad), "x, line 1: 'n (likes)' is 'x'"),
    ],
    ids=["workbook", "SQLite", "JSON", "JSON lines"],
)
def test_a_cell_is_named_as_the_user_of_its_file_counts(tmp_path, made, told):
    with pytest.raises(CaptureError) as refused:
        read(made(tmp_path, [{"id": "p1", "n": "x"}]), {"posts": {"columns": {"post_id": "id", "likes": "n"}}})
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("canonical", "cell"),
    [("likes", "many"), ("likes", "-5"), ("likes", "10++"), ("likes", "1.5"), ("likes", "1.2.3"), ("likes", "赞"),
     ("likes", "1,5"), ("likes", "2 mil"), ("likes", "none of it"),
     ("search_rank", "first"), ("published_at", "2025-02-31"), ("published_at", "soon")],
)  # fmt: skip
def test_what_is_no_count_rank_or_time_is_refused(tmp_path, canonical, cell):
    with pytest.raises(CaptureError, match=f"'cell \\({canonical}\\)' is "):
        one(tmp_path, cell, canonical)


@pytest.mark.parametrize(
    ("table", "entry", "told"),
    [
        ("posts", {"columns": {"likes": "n"}}, "mapping, posts: no column is mapped to 'post_id', which posts need."),
        (
            "comments",
            {"columns": {"comment_id": "id"}},
            "no column is mapped to 'post_id', .*\n.*'text', which comments",
        ),
        ("creators", {"columns": {"side": "n"}}, "mapping, creators: no column is mapped to 'creator_id'"),
        ("posts", {"columns": {"post_id": "id", "url": "https://x/{query}"}}, "is built from 'query', which is not"),
        ("posts", {"columns": {"post_id": "id", "published_at": "n"}, "time_format": "%Q"}, "time_format is '%Q'; exp"),
        ("posts", {"columns": {"post_id": "id"}, "utc_offset": "Madrid"}, "utc_offset is 'Madrid'; expected an offset"),
    ],
    ids=["post", "comment", "creator", "template", "format", "offset"],
)
def test_a_mapping_that_cannot_be_read_is_refused(tmp_path, table, entry, told):
    with pytest.raises(CaptureError, match=told):
        read(write(tmp_path, "id,n\np1,1\n"), {table: entry}, table)
