"""Which format a file is in, and what is said of one that is in none: a mapping to start from."""

from pathlib import Path

import duckdb
import pytest
import yaml

from analysis import settings
from analysis.errors import CaptureError
from analysis.sources import suggestions
from analysis.sources.opening import opened
from analysis.sources.registry import READERS, recognise, suggest_mapping
from analysis.sources.suggestions import guess_separator, suggest, usual_names
from analysis.sources.time_forms import guess_time_form
from containers import glanced, raw, write_csv, write_database, write_lines, write_workbook

NOTES = [
    {"Status ID": "p1", "Autor": "Ana", "Texto": "¡Hola! #mudanza", "Fecha": "14/01/2025 12:08", "Me gusta": "5",
     "Etiquetas": "mudanza;casa", "Coment.": "2", "fotos": "x"},
]  # fmt: skip
SAID = [
    {"cid": "c1", "video_id": "p1", "reply_to": "", "username": "Bo", "text": "こんにちは", "created_at": "1736827200"}
]


def refusal(path: Path, mapping: dict | None = None) -> str:
    with glanced(path) as capture, pytest.raises(CaptureError) as refused:
        recognise(capture, mapping or {})
    return str(refused.value)


def suggested(path: Path) -> suggestions.Suggestion:
    with glanced(path) as capture:
        return suggest(capture)


def block(told: str) -> dict:
    """The mapping that a message prints, as study.yml would hold it."""
    return yaml.safe_load("mapping:" + told.split("mapping:\n", 1)[1].join(["\n", ""]).split("\n\n")[0])["mapping"]


def test_every_format_has_a_name_and_a_title_of_its_own():
    assert [reader.name for reader in READERS] == [
        "zeeschuimer", "4cat", "mediacrawler", "xhs_downloader", "shemeizhushou",
    ]  # fmt: skip
    assert len({reader.title for reader in READERS}) == len(READERS)


NOTE = {
    "note_id": "6785e350a276837fb0382e0a", "type": "normal", "title": "t", "desc": "d", "time": 1736827200000,
    "last_update_time": 1736827200000, "user_id": "u1", "nickname": "n", "liked_count": "1", "collected_count": "1",
    "comment_count": "1", "share_count": "1", "ip_location": "", "image_list": "", "tag_list": "", "note_url": "",
    "last_modify_ts": 1736827200000, "source_keyword": "", "xsec_token": "", "video_url": "", "avatar": "",
}  # fmt: skip


def test_a_format_is_recognised_by_its_content_and_not_by_its_name(tmp_path):
    with glanced(write_csv(tmp_path / "zeeschuimer-export.xlsx", [NOTE])) as capture:
        assert recognise(capture, {}).name == "mediacrawler"


def test_a_mapping_that_fits_goes_before_the_formats(tmp_path):
    with glanced(write_csv(tmp_path / "x.csv", [NOTE])) as capture:
        assert recognise(capture, {"posts": {"columns": {"post_id": "note_id"}}}).name == "mapped"
        assert recognise(capture, {"posts": {"columns": {"post_id": "other"}}}).name == "mediacrawler"


def test_a_file_that_nobody_recognises_is_told_with_what_was_found_and_which_formats_there_are(tmp_path):
    path = write_csv(tmp_path / "x.csv", [NOTES[0] | {"Texto": "你好"}], "gb18030")
    told = refusal(path)
    assert told.startswith(
        f"{path}: a file in no format that is known here.\nFound: rows of cells separated by commas."
    )
    assert "  columns: Status ID, Autor, Texto, Fecha, Me gusta, Etiquetas, Coment., fotos.\n" in told
    assert "  Its texts are in GB18030." in told
    for reader in READERS:
        assert f"\n  {reader.title}\n" in told
    assert told.endswith("Perhaps: 'Coment.' as comments_count, which is often called 'comments'.")


def test_the_mapping_to_start_from_reads_the_file(tmp_path):
    path = write_csv(tmp_path / "x.csv", NOTES)
    mapping = block(refusal(path))
    assert mapping == {
        "posts": {
            "columns": {
                "post_id": "Status ID",
                "creator_id": "Autor",
                "text": "Texto",
                "hashtags": "Etiquetas",
                "published_at": "Fecha",
                "likes": "Me gusta",
            },
            "time_format": "%d/%m/%Y %H:%M",
            "hashtag_separator": ";",
        }
    }
    with glanced(path) as capture:
        reader = recognise(capture, mapping)
    (post,) = raw(reader, path, "posts")
    assert post["published_at"] == "2025-01-14T12:08:00"
    assert post["hashtags"] == "mudanza casa"


def test_what_could_not_be_guessed_is_left_open_and_said(tmp_path):
    told = refusal(write_csv(tmp_path / "x.csv", [NOTES[0] | {"Fecha": "4/1/2025", "Etiquetas": "mudanza"}]))
    assert "time_format" not in block(told)["posts"]
    assert "hashtag_separator" not in block(told)["posts"]
    assert (
        "Left open: posts: 'Fecha': times such as '4/1/2025' can be read in more than one way; the line that is meant"
        in told
    )
    assert "Left open: posts: 'Etiquetas': what separates two hashtags is not to be seen." in told


def test_names_that_are_nearly_usual_are_told(tmp_path):
    told = refusal(write_csv(tmp_path / "x.csv", [{"post_id": "p1", "ip_localtion": "x"}]))
    assert told.endswith("Perhaps: 'ip_localtion' as place, which is often called 'ip_location'.")


def test_without_any_usual_name_the_mapping_shows_its_form(tmp_path):
    told = refusal(write_csv(tmp_path / "x.csv", [{"alpha": "1", "beta": "2"}]))
    assert "No column bears a name that is usual for an identifier. A mapping in study.yml starts like this:" in told
    assert block(told) == {"posts": {"columns": {"post_id": "COLUMN OF THE IDENTIFIER", "text": "COLUMN OF THE TEXT"}}}


def test_a_mapping_that_does_not_fit_is_told_with_the_nearest_columns(tmp_path):
    mapping = {"posts": [{"columns": {"post_id": "Status ID", "likes": "Me gustan", "url": "https://x/{post_id}"}}]}
    told = refusal(write_workbook(tmp_path / "x.xlsx", {"Other": [{"z": 1}], "Posts": NOTES}), mapping)
    assert ": a file in no format that is known here, and no mapping in study.yml fits it.\nFound: a workbook." in told
    assert "\n  columns of 'Other': z.\n  columns of 'Posts': Status ID, Autor," in told
    assert "\nmapping, posts: column 'Me gustan', mapped to 'likes', is missing. Nearest: 'Me gusta'.\n" in told
    assert "'Status ID', mapped" not in told


def in_parquet(folder: Path) -> Path:
    columns = ", ".join(f"'{cell}' AS {name}" for name, cell in SAID[0].items())
    duckdb.sql(f"COPY (SELECT {columns}) TO '{folder / 'x'}' (FORMAT parquet)")
    return folder / "x"


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (lambda folder: write_lines(folder / "x", SAID), "JSON, a record a line.\n  keys of its first records: cid,"),
        (lambda folder: write_database(folder / "x", {"said": SAID}), "a SQLite database.\n  columns of 'said': cid,"),
        (in_parquet, "a Parquet file.\n  columns: cid, video_id, reply_to, username, text"),
    ],
    ids=["JSON", "SQLite", "Parquet"],
)
def test_comments_are_told_from_posts_in_every_kind_of_file(tmp_path, made, found):
    path = made(tmp_path)
    assert f"Found: {found}" in refusal(path)
    with opened(path, tmp_path) as (capture,):
        assert suggest_mapping(capture) == {
            "comments": {
                "columns": {
                    "comment_id": "cid",
                    "post_id": "video_id",
                    "parent_comment_id": "reply_to",
                    "author_id": "username",
                    "text": "text",
                    "created_at": "created_at",
                },
                "time_format": "unix_s",
            }
        }


def test_sheets_of_posts_and_comments_give_a_mapping_each(tmp_path):
    found = suggested(write_workbook(tmp_path / "x", {"Posts": NOTES, "Said": SAID, "More": [{"post_id": "p2"}]}))
    assert list(found.mapping) == ["posts", "comments"]
    assert found.mapping["posts"]["columns"]["post_id"] == "Status ID"


def test_a_table_of_posts_with_a_number_of_its_own_is_no_table_of_comments(tmp_path):
    path = write_csv(tmp_path / "x", [{"id": 1, "note_id": "p1", "title": "t", "content": "x"}])
    assert suggested(path).mapping["posts"]["columns"]["post_id"] == "note_id"


def test_keys_within_others_are_suggested_and_lists_need_no_separator(tmp_path):
    record = {"id": "1", "user": {"id": 3, "screen_name": "x"}, "text": "hola", "hashtags": ["a"]}
    found = suggested(write_lines(tmp_path / "x", [record]))
    columns = {"post_id": "id", "creator_id": "user.id", "account_name": "user.screen_name", "text": "text"}
    assert found.mapping == {"posts": {"columns": columns | {"hashtags": "hashtags"}}}
    assert found.left_open == ()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1736827200", None, " "], "unix_s"),
        (["1736827200123"], "unix_ms"),
        (["2025-01-14T12:08:00Z", "2025-01-14 12:08:00.5+08:00"], "ISO8601"),
        (["2025-01-14 12:08:00"], "ISO8601"),
        (["1/14/2025 12:08", "1/2/2025 1:08"], "%m/%d/%Y %H:%M"),
        (["14/1/2025 12:08:09"], "%d/%m/%Y %H:%M:%S"),
        (["14.1.2025"], "%d.%m.%Y"),
        (["1/14/2025 2:36 PM"], "%m/%d/%Y %I:%M %p"),
        (["2025年01月14日 12:08"], "%Y年%m月%d日 %H:%M"),
        (["2025/01/14 12:08"], "%Y/%m/%d %H:%M"),
        (["2025-01-14_12:08:00"], "%Y-%m-%d_%H:%M:%S"),
        (["Tue Jan 14 12:08:00 +0000 2025"], "%a %b %d %H:%M:%S %z %Y"),
        (["1/4/2025", "2/3/2025"], None),
        (["1736827200", "1736827200123"], None),
        (["3 days ago"], None),
        ([None, ""], None),
    ],
)
def test_a_time_format_is_guessed_only_where_one_fits_all(cells, expected):
    assert guess_time_form(cells).form == expected


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["1736827200"], ""),
        (["2025-01-14T12:08:00Z"], ""),
        (["2025-01-13 00:02:12+00"], ""),
        (["Tue Jan 14 12:08:00 +0000 2025"], ""),
        (["2025-01-14"], "the zone of these times is not to be seen"),
        (["14.1.2025"], "the zone of these times is not to be seen"),
        (["1/4/2025"], "times such as '1/4/2025' can be read in more than one way; the line that is meant is "),
        (["3 days ago"], "times such as '3 days ago' are in no usual form; give time_format, or leave"),
        ([], "no time in the first rows; give time_format."),
    ],
)
def test_what_a_time_leaves_open_is_said(cells, told):
    remark = guess_time_form(cells).remark
    assert remark.startswith(told)
    assert bool(remark) == bool(told)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [(["#a#b"], "#"), (["a, b"], ","), (["a;b", None], ";"), (["a|b"], "|"), (["a、b"], "、"), (["#a #b"], "#"),
     (["a b"], " "), (["#a"], None), (['["a", "b"]'], None), ([], None)],
)  # fmt: skip
def test_a_separator_of_hashtags_is_guessed_where_it_is_seen(cells, expected):
    assert guess_separator(cells) == expected


@pytest.mark.parametrize("table", ["posts", "comments"])
def test_usual_names_are_those_of_columns_that_a_study_may_map(table):
    assert [name for name in usual_names()[table] if name not in settings.mappable(table)] == []
    assert all(isinstance(name, str) and name for names in usual_names()[table].values() for name in names)
