from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import CaptureError
from analysis.schema import words
from analysis.sources.counts import is_approximate, is_lower_bound, parse_count
from analysis.sources.mapped import PROBLEMS_SHOWN, read_mapped
from analysis.sources.times import offset, parse_times, times_from_ids

DATA = Path(__file__).parent / "data"
COLUMNS = {
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
}
FORMAT = {"time_format": "%m/%d/%Y %H:%M", "utc_offset": "+08:00", "source": "test"}
REAL = {
    "post_id": "post_id",
    "creator_id": "user_id",
    "title": "title",
    "text": "content",
    "hashtags": "label",
    "published_at": "create_time",
    "likes": "like_count",
    "collects": "collect_count",
    "comments_count": "comment_count",
    "shares": "share_count",
    "media": "post_type",
}


def read(name: str, columns: dict[str, str] = COLUMNS) -> pd.DataFrame:
    return read_mapped(DATA / name, "posts", columns, **FORMAT)


def write(folder: Path, content: str | bytes, name: str = "posts.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3829", (3829, False)),
        ("1,234", (1234, False)),
        ("7.6万", (76_000, True)),
        ("14.1万", (141_000, True)),
        ("2万", (20_000, True)),
        ("2.1w", (21_000, True)),
        ("1千+", (1_000, True)),
        ("10+", (10, True)),
        ("1.1亿", (110_000_000, True)),
        ("25.4 million", (25_400_000, True)),
        ("1.68B", (1_680_000_000, True)),
        (" 5 ", (5, False)),
        ("3,4k", (3_400, True)),
        ("3,456k", (3_456_000, True)),
        ("1,23 M+", (1_230_000, True)),
        ("12,5万", (125_000, True)),
        ("1,2 million", (1_200_000, True)),
        ("1,2 mil", (1_200, True)),
        ("0", (0, False)),
        ("", (None, False)),
        ("-1", (None, False)),
        (None, (None, False)),
        (float("nan"), (None, False)),
    ],
)
def test_a_captured_count_is_the_number_that_it_stands_for(text: object, expected: tuple[int | None, bool]) -> None:
    assert parse_count(text) == expected


@pytest.mark.parametrize("text", ["many", "-5", "10++", "1.2.3", "赞", "1.5", "1,5", "12,34", "2 mil", "1,2 mill"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_count(text)


def test_only_rounded_counts_and_lower_bounds_are_approximate() -> None:
    captured = pd.Series(["12", "1,234", "1.7万", "10+", "-1", None])
    assert is_approximate(captured).tolist() == [False, False, True, True, False, False]
    assert is_lower_bound(captured).tolist() == [False, False, False, True, False, False]


@pytest.mark.parametrize(
    ("cell", "time_format", "utc_offset", "expected"),
    [
        ("1/14/2025 2:36", "%m/%d/%Y %H:%M", "+08:00", "2025-01-13T18:36:00"),
        ("2025-01-14T02:36:00", "ISO8601", 8, "2025-01-13T18:36:00"),
        ("2025-01-14T02:36:00Z", "ISO8601", "+08:00", "2025-01-14T02:36:00"),
        ("2025-01-14T02:36:00-05:00", "ISO8601", "+08:00", "2025-01-14T07:36:00"),
        ("2025-01-14", "ISO8601", "+01:00", "2025-01-13T23:00:00"),
        ("2025-01-14 12:08:00 +0800", "ISO8601", "+08:00", "2025-01-14T04:08:00"),
        ("2025-01-14T12:08:00+08", "ISO8601", "+08:00", "2025-01-14T04:08:00"),
        ("2025-01-14T12+08", "ISO8601", "+08:00", "2025-01-14T04:00:00"),
        ("20250114T120800+0800", "ISO8601", "+08:00", "2025-01-14T04:08:00"),
        ("2025-01-14 12:08:00 Z", "ISO8601", "+08:00", "2025-01-14T12:08:00"),
        ("Tue Jan 14 12:08:00 +0800 2025", "%a %b %d %H:%M:%S %z %Y", "+08:00", "2025-01-14T04:08:00"),
        ("2025-01-14T12:08:00Z", "%Y-%m-%dT%H:%M:%SZ", "+08:00", "2025-01-14T12:08:00"),
        ("12:08:00 2025-01-14", "%H:%M:%S %Y-%m-%d", "+08:00", "2025-01-14T04:08:00"),
        ("1736827200", "unix_s", 0, "2025-01-14T04:00:00"),
        ("1736827200123", "unix_ms", 0, "2025-01-14T04:00:00"),
    ],
)
def test_every_form_of_time_becomes_utc(cell: str, time_format: str, utc_offset: str | int, expected: str) -> None:
    found = parse_times(pd.Series([cell]), time_format, utc_offset)
    assert found.tolist() == [pd.Timestamp(expected, tz="UTC")]
    assert str(found.dtype) == "datetime64[s, UTC]"


@pytest.mark.parametrize(
    ("given", "hours"), [("+08:00", 8), ("-0530", -5.5), (8, 8), (-3.5, -3.5), (600, 10), ("0", 0)]
)
def test_an_offset_is_read_as_people_and_yaml_write_it(given: str | float, hours: float) -> None:
    assert offset(given) == pd.Timedelta(hours=hours)


def test_an_unreadable_offset_is_refused() -> None:
    with pytest.raises(CaptureError, match=r"utc_offset is 'Peking'; expected an offset such as"):
        offset("Peking")


def test_only_an_identifier_of_24_hexadecimal_digits_holds_a_time() -> None:
    found = times_from_ids(pd.Series(["6785e350a276837fb0382e0a", "6785e350", "p1", "zz85e350a276837fb0382e0a"]))
    assert found.notna().tolist() == [True, False, False, False]
    assert found[0] == pd.Timestamp("2025-01-14T04:08:48", tz="UTC")


def test_a_good_capture_becomes_a_typed_table() -> None:
    posts = read("mapped-good.csv")
    assert posts["likes"].tolist() == [76_000, 75_000, 1_000, 12]
    assert posts["likes_captured"].tolist() == ["7.6万", "7.5万", "1千+", "12"]
    assert posts["media"].tolist() == ["video", "video", "image", "video"]
    assert posts["url"][2] == "https://example.org/p-2"
    assert posts["published_at"][0] == pd.Timestamp("2025-01-14T04:08:00", tz="UTC")
    assert str(posts["likes"].dtype) == "Int64"


def test_what_the_capture_lacks_is_missing_and_never_zero() -> None:
    posts = read("mapped-good.csv")
    assert posts["comments_count"].isna().tolist() == [False, True, True, False]
    assert posts["comments_count"][3] == 0
    assert posts.loc[3, ["title", "text"]].isna().all()
    assert posts["search_rank"].isna().all()


def test_hashtags_come_from_their_column_and_from_the_text() -> None:
    hashtags = [words(cell) for cell in read("mapped-good.csv")["hashtags"]]
    assert hashtags == [["Hello", "new_here", "moving_home"], [], ["你好"], []]


def test_a_missing_time_is_taken_from_the_identifier_and_marked() -> None:
    posts = read("mapped-good.csv")
    assert posts["published_from"].tolist()[:2] == ["captured", "captured"]
    assert posts["published_from"].isna()[2]
    assert posts["published_at"].isna()[2]
    assert posts["published_from"][3] == "post_id"
    assert posts["published_at"][3] == pd.Timestamp("2025-02-24T08:23:24", tz="UTC")


def test_comments_are_read_with_their_parents() -> None:
    columns = {
        "comment_id": "id",
        "post_id": "post",
        "parent_comment_id": "answers",
        "author_id": "who",
        "text": "said",
    }
    more = {"created_at": "at", "likes": "liked"}
    options = {"source": "test", "time_format": "unix_ms"}
    comments = read_mapped(DATA / "mapped-comments.csv", "comments", columns | more, **options)
    assert comments["parent_comment_id"].fillna("").tolist() == ["", "c1", "c2"]
    assert comments["likes"].tolist()[:2] == [12_000, 3]
    assert comments["text"].isna().tolist() == [False, False, True]


def test_a_broken_capture_gives_all_its_problems_at_once() -> None:
    with pytest.raises(CaptureError) as refused:
        read("mapped-broken.csv")
    told = str(refused.value).splitlines()
    assert len(told) == 5
    for part in (
        "line 3: 'note (post_id)' is empty; expected an identifier.",
        "line 2: 'when (published_at)' is '14.1.2025'; expected a time like %m/%d/%Y %H:%M.",
        "line 2: 'liked (likes)' is 'many'; expected a count such as 12, 1.7万 or 10+.",
        "line 2: 'kind (media)' is 'film'; expected one of image, video, none.",
    ):
        assert sum(part in line for line in told) == 1


def test_a_row_is_named_by_the_line_on_which_it_starts(tmp_path: Path) -> None:
    path = write(tmp_path, 'post_id,text,n\np1,"two\nlines",1\np2,"two\nlines",x\n')
    with pytest.raises(CaptureError, match=r"posts\.csv, line 4: 'n \(likes\)' is 'x'; expected a count"):
        read_mapped(path, "posts", {"post_id": "post_id", "likes": "n"}, source="test")


def test_of_many_unreadable_dates_the_first_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "post_id,when\n" + "".join(f"p{place},soon\n" for place in range(25)))
    with pytest.raises(CaptureError) as refused:
        read_mapped(path, "posts", {"post_id": "post_id", "published_at": "when"}, source="test")
    told = str(refused.value)
    assert told.count("is 'soon'") == PROBLEMS_SHOWN
    assert "'when (published_at)' is so in 25 rows in all." in told
    assert "line 11:" in told
    assert "line 12:" not in told


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"likes": "like"}, r"column 'like', mapped to 'likes', is missing\. Nearest: 'liked'\. Found: note, author"),
        ({"like": "liked"}, r"'like' is not a column of posts\. Nearest: 'likes'"),
        ({"post_id": "id"}, r"column 'id', mapped to 'post_id', is missing\."),
        ({"url": "https://example.org/{query}"}, r"'url' is built from 'query', not mapped"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_refused(columns: dict[str, str], told: str) -> None:
    with pytest.raises(CaptureError, match=told):
        read("mapped-good.csv", COLUMNS | columns)


def test_a_table_without_its_identifier_is_refused() -> None:
    with pytest.raises(CaptureError, match="no column is mapped to 'post_id', which posts need"):
        read("mapped-good.csv", {"likes": "liked"})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the file holds no rows"),
        ("post_id,n\n", "the file holds no rows"),
        ("post_id,n\np1,1,2\np2,1\n", r"line 2: 3 cells; expected 2"),
        ("post_id,post_id\np1,p1\n", r"column 'post_id', mapped to 'post_id', stands twice"),
        ("post_id,n\n帖子,1\n".encode("gb18030"), "byte 10 is not UTF-8. Save the file as UTF-8"),
        ('post_id,n\np1,"1\n', r"line 2: not readable: .*Check quotes"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: str | bytes, told: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(CaptureError, match=told):
        read_mapped(path, "posts", {"post_id": "post_id"}, source="test")


def test_a_missing_file_and_another_kind_of_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="there is no such file"):
        read_mapped(tmp_path / "none.csv", "posts", {"post_id": "post_id"}, source="test")
    path = write(tmp_path, "{}", "posts.xlsx")
    with pytest.raises(CaptureError, match=r"a '\.xlsx' file; expected \.csv, \.tsv, \.txt"):
        read_mapped(path, "posts", {"post_id": "post_id"}, source="test")


CREATOR = {"creator_id": "user", "side": "side"}
CODING = {name: name for name in ("coding_id", "unit_id", "unit_type", "code_id", "coder", "round")}
EVENT = {"event_id": "id", "date": "day", "event": "what", "thread": "thread", "section": "section"}


@pytest.mark.parametrize(
    ("table", "columns", "rows", "told"),
    [
        ("creators", CREATOR, "user,side\nu1,host\nu2,host\nu1 ,newcomer\n",
         "line 4: 'user (creator_id)' is 'u1', which stands already in line 2."),
        ("creators", CREATOR, "user,side\nu1,hosts\n",
         "line 2: 'side' is 'hosts'; expected one of newcomer, host."),
        ("codings", CODING, "coding_id,unit_id,unit_type,code_id,coder,round\nk,p,post,c,ann,1\nk,p,post,c,bob,1\n",
         "line 3: 'coding_id' is 'k', which stands already in line 2."),
        ("codings", CODING, "coding_id,unit_id,unit_type,code_id,coder,round\nk,p,post,c, ,1\n",
         "line 2: 'coder' is empty; expected a text."),
        ("codings", CODING, "coding_id,unit_id,unit_type,code_id,coder,round\nk,p,post,c,ann,\n",
         "line 2: 'round' is empty; expected a whole number"),
        ("readings", {"coder": "who", "round": "round", "unit_id": "s", "position": "n"},
         "who,round,s,n\nann,1,s1,1\nann,2,s1,1\nann,1,s1,2\n",
         "line 4: 'who (coder)' / 'round' / 's (unit_id)' is 'ann / 1 / s1', which stands already in line 2."),
        ("readings", {"coder": "who", "round": "round", "unit_id": "s", "position": "n"},
         "who,round,s,n\nann ,1,s1,1\n",
         "line 2: 'who (coder)' is 'ann '; expected a text without spaces at its ends."),
        ("chronology", EVENT, "id,day,what,thread,section\ne1,19.1.2025,x,data,4\n",
         "line 2: 'day (date)' is '19.1.2025'; expected a date such as 2025-01-19."),
        ("posts", {"post_id": "id", "likes": "n"}, "id,n\np1,12345678901234567890\n",
         "line 2: 'n (likes)' is '12345678901234567890'; expected a whole number of at most 18 digits."),
        ("screenshots", {"screenshot_id": "s", "post_id": "p", "shows": "shows"}, "s;p;shows\ns1;p1;p1  c1\n",
         "line 2: 'shows' is 'p1  c1'; expected words separated by single spaces."),
        ("creators", {"creator_id": "user", "side": "{creator_id}"}, "user\nu1\n",
         "line 2: '{creator_id} (side)' is 'u1'; expected one of newcomer, host."),
    ],
    ids=["doubled", "choice", "doubled coding", "coder", "round", "doubled reading", "space", "date", "digits", "list",
         "built"],
)  # fmt: skip
def test_a_mapped_table_is_held_to_its_canonical_columns(
    tmp_path: Path, table: str, columns: dict[str, str], rows: str, told: str
) -> None:
    with pytest.raises(CaptureError) as refused:
        read_mapped(write(tmp_path, rows, "mapped.csv"), table, columns, source="test")
    problem, mend = str(refused.value).splitlines()
    assert f"mapped.csv, {told}" in problem
    assert mend.startswith("Correct the mapping in study.yml or these cells")


def test_a_cell_is_refused_once_and_a_date_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "coding_id,unit_id,unit_type,code_id,coder,round\nk,p,post,c,ann,soon\n")
    with pytest.raises(CaptureError) as refused:
        read_mapped(path, "codings", CODING, source="test")
    assert str(refused.value).count("'round'") == 1
    path = write(tmp_path, "id,day,what,thread,section\ne1,2025-01-19,x,data,4\n")
    assert read_mapped(path, "chronology", EVENT, source="test")["date"].tolist() == [pd.Timestamp("2025-01-19")]


@pytest.mark.parametrize(
    ("table", "columns", "rows"),
    [
        ("posts", {"post_id": "id"}, "id\np1\np1\n"),
        ("comments", {"comment_id": "id", "post_id": "post", "text": "said"}, "id,post,said\nc1,p1,hi\nc1,p1,\n"),
    ],
    ids=["posts", "comments"],
)
def test_what_the_tidying_merges_and_counts_is_kept_twice(
    tmp_path: Path, table: str, columns: dict[str, str], rows: str
) -> None:
    assert len(read_mapped(write(tmp_path, rows), table, columns, source="test")) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_that_the_header_uses(tmp_path: Path, separator: str) -> None:
    path = write(tmp_path, f"post_id{separator}n\np1{separator}5\n")
    posts = read_mapped(path, "posts", {"post_id": "post_id", "likes": "n"}, source="test")
    assert posts["likes"].tolist() == [5]


def test_the_real_posts_are_read_whole(shared: Path) -> None:
    posts = read_mapped(shared / "data/tiktokrefugee-posts/posts.csv", "posts", REAL, **FORMAT)
    assert len(posts) == 722
    assert posts["post_id"].is_unique
    assert posts[["likes", "collects", "comments_count", "shares"]].notna().all(axis=None)
    assert int(posts["likes"].max()) == 141_000
    assert int(is_lower_bound(posts["comments_count_captured"]).sum()) == 33
    # The capture's days are those of UTC+8.
    assert posts["published_at"].min() >= pd.Timestamp("2025-01-08T16:00", tz="UTC")
    assert posts["published_at"].max() < pd.Timestamp("2025-03-02T16:00", tz="UTC")


def test_the_real_posts_times_agree_with_their_identifiers(shared: Path) -> None:
    posts = read_mapped(shared / "data/tiktokrefugee-posts/posts.csv", "posts", REAL, **FORMAT)
    apart = (posts["published_at"] - times_from_ids(posts["post_id"])).abs()
    assert int((apart < pd.Timedelta(hours=1)).sum()) >= 715
