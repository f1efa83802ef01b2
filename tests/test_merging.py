"""Raw records to canonical ones, and several records of one thing to one: hand-made queries, no files."""

import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import merging, schema
from analysis.database import Connection, connected, frame, quoted
from analysis.sources.counts import parse_count

KEY = bytes(range(32))
ID = "6785e350a276837fb0382e0a"


@pytest.fixture
def db():
    with connected() as db:
        merging.define(db, KEY)
        yield db


def row(**cells: Any) -> str:
    """A record of a reader as a query."""
    shown = (f"{quoted(cell) if isinstance(cell, str) else cell} AS {name}" for name, cell in cells.items())
    return f"SELECT {', '.join(shown)}"


def canonical(db: Connection, table: str, *rows: str, keep: tuple[str, ...] = ()) -> pd.DataFrame:
    return frame(db, merging.canonical(db, table, " UNION ALL BY NAME ".join(rows), keep))


def one(db: Connection, table: str = "posts", keep: tuple[str, ...] = (), **cells: Any) -> dict[str, Any]:
    return canonical(db, table, row(**cells), keep=keep).iloc[0].to_dict()


def staged(db: Connection, table: str, *rows: str) -> list[str]:
    """Records of a capture each, made canonical at once, since every query prepares the rules of masking anew."""
    raw = " UNION ALL BY NAME ".join(f"SELECT *, {place} AS line FROM ({one})" for place, one in enumerate(rows))
    db.execute(f"CREATE OR REPLACE TABLE staged AS {merging.canonical(db, table, raw, ())}")
    return [
        f"SELECT * EXCLUDE (reason, line), 'test-{place}' AS source FROM staged WHERE line = {place}"
        for place in range(len(rows))
    ]


def merged(db: Connection, table: str, records: list[str]) -> pd.DataFrame:
    (within,) = merging.count_records(db, table, records)
    return frame(db, merging.merged(table, records, within))


def merge(db: Connection, table: str, *rows: str) -> pd.DataFrame:
    return merged(db, table, staged(db, table, *rows))


def post(**cells: Any) -> str:
    return row(post_id="p1", **cells)


def in_any_order(db: Connection, column: str, *rows: str) -> Any:
    """What a field becomes, after a check that the order of the records does not matter."""
    records = staged(db, "posts", *rows)
    found = [merged(db, "posts", list(order))[column].iloc[0] for order in itertools.permutations(records)]
    assert len(set(map(str, found))) == 1
    return found[0]


WRITTEN = st.one_of(
    st.text(alphabet="0123456789１９,.+ 　\u00a0kKwWmMbB百千万萬亿億赞-th ouslmin", max_size=9),
    st.from_regex(
        r"[0-9]{1,4}(,[0-9]{3}){0,2}(\.[0-9]{1,5})? ?(thousand|Million|[kwmb百千万萬亿億])? ?\+?", fullmatch=True
    ),
    st.from_regex(r"[0-9]{1,4},[0-9]{1,3} ?(mil|million|thousand|[kKmM万])? ?\+?", fullmatch=True),
    st.integers(-2, 10**20).map(str),
)


def by_rule(written: str) -> int | None:
    """The number that the rule in Python finds, as far as a column of whole numbers holds it."""
    try:
        number = parse_count(written)[0]
    except ValueError:
        return None
    return number if number is None or number < 10**18 else None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WRITTEN, min_size=20, max_size=50))
def test_a_count_is_the_number_that_the_rule_in_python_finds(written):
    asked = "SELECT c, count_number(count_shown(c)), count_shown(c) IS NULL FROM (SELECT unnest(?::VARCHAR[]) AS c)"
    with connected() as db:
        merging.define(db, KEY)
        found = db.execute(asked, [written]).fetchall()
    expected = [(count, by_rule(count), count.strip() in ("", "-1")) for count in written]
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    ("captured", "number", "shown"),
    [
        ("7.6万", 76_000, "7.6万"),
        ("3,4k", 3_400, "3,4k"),
        ("1,2 mil", 1_200, "1,2 mil"),
        ("9,999", 9_999, "9,999"),
        ("10+", 10, "10+"),
        (" 12 ", 12, "12"),
        ("0", 0, "0"),
        ("赞", None, "赞"),
        ("1.5", None, "1.5"),
        ("-1", None, None),
        ("", None, None),
        ("9" * 19, None, "9" * 19),
    ],
)
def test_a_count_keeps_what_was_captured_beside_its_number(db, captured, number, shown):
    found = one(db, post_id="p1", likes=captured)
    assert (None if pd.isna(found["likes"]) else found["likes"]) == number
    assert (None if pd.isna(found["likes_captured"]) else found["likes_captured"]) == shown


def test_a_column_that_the_format_does_not_carry_is_missing(db):
    found = one(db, post_id="p1")
    assert [name for name, cell in found.items() if not pd.isna(cell)] == ["post_id"]


@pytest.mark.parametrize("blank", ["", "  ", "\n\t", "\u3000", "\u00a0"])
@pytest.mark.parametrize("column", ["title", "text", "hashtags", "account", "url", "query"])
def test_a_blank_cell_is_missing(db, column, blank):
    found = one(db, post_id="p1", keep=("addresses",), **{column: blank})
    assert [name for name, cell in found.items() if not pd.isna(cell)] == ["post_id"]


def test_control_characters_are_taken_out_before_masking(db):
    found = one(db, post_id=" p\x001 ", title="a\x00b\x1fc\x85", text="mail me: ann@exam\x00ple.org\nbye")
    assert (found["post_id"], found["title"]) == ("p1", "abc")
    assert found["text"] == "mail me: ‹address›\nbye"


def test_an_account_becomes_a_pseudonym_and_its_name_stands_in_for_it(db):
    found = canonical(
        db,
        "posts",
        row(post_id="1", account="u", account_name="Ann"),
        row(post_id="2", account="u", account_name="Bea"),
        row(post_id="3", account_name="Ann"),
        row(post_id="4"),
    ).sort_values("post_id")["creator_id"]
    assert found.iloc[0] == found.iloc[1] != found.iloc[2]
    assert found.str.fullmatch("a[0-9a-f]{16}").tolist()[:3] == [True] * 3
    assert pd.isna(found.iloc[3])


@pytest.mark.parametrize(
    ("hashtags", "kept"),
    [
        ("refugee 猫税 hello", "refugee 猫税 hello"),
        ("refugee 13800138000 hello", "refugee hello"),
        ("ann@example.org", None),
        ("cats AnnaBerg", "cats"),
        (" a\u3000b\n c ", "a b c"),
    ],
)
def test_a_tag_in_which_something_is_masked_is_left_out(db, hashtags, kept):
    found = one(db, post_id="p1", hashtags=hashtags, names="AnnaBerg")["hashtags"]
    assert (None if pd.isna(found) else found) == kept


def test_title_text_query_and_self_description_are_masked(db):
    found = one(db, post_id="p1", title="for @ann", text="see https://example.org/x", query="@bea")
    assert [found[name] for name in ("title", "text", "query")] == ["for ‹person›", "see ‹link›", "‹person›"]
    assert one(db, "creators", account="u", self_description="I am Ann", names="Ann")["self_description"] == (
        "I am ‹person›"
    )


@pytest.mark.parametrize(
    ("table", "column", "words", "left"),
    [
        ("posts", "title", "Ann Berg says hello", "‹person› says hello"),
        ("posts", "text", "I am Ann Berg (Ann Berg!)", "I am ‹person› (‹person›!)"),
        ("posts", "text", "谢谢Ann Berg和Bea", "谢谢‹person›和‹person›"),
        ("posts", "text", "Ann Bergman is somebody else", "Ann Bergman is somebody else"),
        ("comments", "text", "Ann Berg here", "‹person› here"),
        ("creators", "self_description", "Ann Berg, painter", "‹person›, painter"),
    ],
)
def test_the_name_of_whoever_wrote_it_is_masked_in_the_words_as_those_are_that_it_mentions(
    db, table, column, words, left
):
    identifiers = {"posts": {"post_id": "p1"}, "comments": {"comment_id": "c1", "post_id": "p1"}, "creators": {}}
    written = {column: words, "account": "u", "account_name": " Ann Berg ", "names": "Bea"}
    assert one(db, table, **identifiers[table], **written)[column] == left


def test_a_tag_that_is_the_name_of_whoever_wrote_it_is_left_out(db):
    assert one(db, post_id="p1", hashtags="cats AnnaBerg", account_name="AnnaBerg")["hashtags"] == "cats"


@pytest.mark.parametrize(
    ("keep", "kept"), [((), []), (("places",), ["place"]), (("images", "addresses"), ["images", "url"])]
)
def test_places_images_and_addresses_are_dropped_unless_kept(db, keep, kept):
    found = one(db, post_id="p1", place="美国", images="http://a/1  http://a/2", url="http://a/p1", keep=keep)
    assert [name for name in ("place", "images", "url") if not pd.isna(found[name])] == kept
    if "images" in keep:
        assert found["images"] == "http://a/1 http://a/2"


def test_a_time_is_cut_to_the_second_and_one_out_of_bounds_is_missing(db):
    times = {"published_at": "TIMESTAMP '2025-01-14 04:08:59.999'", "collected_at": "TIMESTAMP '12025-01-14'"}
    found = frame(
        db,
        merging.canonical(
            db, "posts", f"SELECT 'p1' AS post_id, {', '.join(f'{t} AS {n}' for n, t in times.items())}", ()
        ),
    ).iloc[0]
    assert str(found["published_at"]) == "2025-01-14 04:08:59+00:00"
    assert found["published_from"] == "captured"
    assert pd.isna(found["collected_at"])


def test_a_post_without_a_time_takes_that_of_its_identifier_and_says_so(db):
    found = one(db, post_id=ID)
    assert str(found["published_at"]) == "2025-01-14 04:08:48+00:00"
    assert found["published_from"] == "post_id"


@pytest.mark.parametrize(
    ("table", "cells", "reason"),
    [
        ("posts", {"text": "Hi"}, "no identifier"),
        ("posts", {"post_id": "p1", "reason": "an advertisement"}, "an advertisement"),
        ("comments", {"post_id": "p1", "text": "Hi"}, "no identifier"),
        ("comments", {"comment_id": "c1", "text": "Hi"}, "no identifier of its post"),
        ("comments", {"comment_id": "c1", "post_id": "p1", "text": " "}, "without text"),
        ("creators", {"self_description": "Hi"}, "no identifier"),
        ("comments", {"comment_id": "c1", "post_id": "p1", "text": "Hi"}, None),
    ],
)
def test_an_unusable_record_says_why(db, table, cells, reason):
    found = one(db, table, **cells)["reason"]
    assert (None if pd.isna(found) else found) == reason


@pytest.mark.parametrize(("parent", "kept"), [("c0", "c0"), ("c1", None), ("0", None), ("", None)])
def test_a_comment_answers_another_or_none(db, parent, kept):
    found = one(db, "comments", comment_id="c1", post_id="p1", text="Hi", parent_comment_id=parent)
    assert (None if pd.isna(found["parent_comment_id"]) else found["parent_comment_id"]) == kept


def test_a_word_that_the_column_does_not_know_is_missing(db):
    assert pd.isna(one(db, post_id="p1", media="hologram")["media"])
    assert pd.isna(one(db, "creators", account="u", side="both")["side"])


EARLY, LATE = "TIMESTAMP '2025-02-01'", "TIMESTAMP '2025-02-02'"


def at(when: str, **cells: Any) -> str:
    return f"{post(**cells)}, {when} AS collected_at"


@pytest.mark.parametrize(
    ("column", "rows", "winner"),
    [
        ("text", [post(), post(text="words")], "words"),
        ("title", [at(LATE, title="My ca"), at(EARLY, title="My cat says hi")], "My cat says hi"),
        ("text", [at(LATE, text="two"), at(EARLY, text="one")], "two"),
        ("text", [post(text="aab"), post(text="aaa")], "aab"),
        ("hashtags", [at(EARLY, hashtags="a b"), at(LATE, hashtags="a")], "a b"),
        ("likes", [at(LATE, likes="1.2万"), at(EARLY, likes="11873")], 11873),
        ("likes", [at(LATE, likes="119"), at(EARLY, likes="120")], 119),
        ("likes", [at(EARLY, likes="2千+"), at(LATE, likes="1")], 2000),
        ("likes", [at(EARLY, likes="2千+"), at(LATE, likes="2400")], 2400),
        ("likes", [at(LATE, likes="2千+"), at(EARLY, likes="2400"), at(LATE, likes="7")], 2400),
        ("likes_captured", [at(LATE, likes="1.2万"), at(EARLY, likes="900")], "1.2万"),
        ("likes", [at(LATE, likes="1.2万"), at(EARLY, likes="11500")], 11500),
        ("likes_captured", [at(LATE, likes="1.2万"), at(EARLY, likes="11499")], "1.2万"),
        ("likes", [at(LATE, likes="1万"), at(EARLY, likes="5000")], 5000),
        ("likes", [at(LATE, likes="赞"), at(EARLY, likes="3"), at(EARLY, likes="10+")], 10),
        ("likes", [at(LATE, likes="赞"), at(EARLY, likes="3")], 3),
        ("likes_captured", [at(LATE, likes="赞"), at(EARLY)], "赞"),
        ("likes_captured", [at(LATE, likes="1,200"), at(EARLY, likes="900")], "1,200"),
        ("likes", [at(LATE), at(EARLY, likes="0")], 0),
        ("media", [at(LATE, media="video"), at(EARLY, media="image")], "video"),
        ("search_rank", [at(EARLY, search_rank=3), at(LATE)], 3),
    ],
)
def test_each_field_is_taken_from_where_it_is_richest_whatever_comes_first(db, column, rows, winner):
    assert in_any_order(db, column, *rows, post(query="something else")) == winner


def test_number_and_captured_text_of_a_count_move_together(db):
    found = merge(db, "posts", at(LATE, likes="1.2万"), at(EARLY, likes="11873"), at(LATE, likes="赞")).iloc[0]
    assert (found["likes"], found["likes_captured"]) == (11873, "11873")


def test_a_captured_time_beats_one_derived_from_the_identifier(db):
    derived = row(post_id=ID, title="t")
    captured = f"{row(post_id=ID)}, TIMESTAMP '2025-01-13 10:00:00' AS published_at"
    for order in ([derived, captured], [captured, derived]):
        found = merge(db, "posts", *order).iloc[0]
        assert str(found["published_at"]) == "2025-01-13 10:00:00+00:00"
        assert found["published_from"] == "captured"


def test_a_merged_record_names_every_capture_that_it_comes_from(db):
    assert merge(db, "posts", post(), post(text="x"), post())["source"].tolist() == ["test-0 test-1 test-2"]


def test_records_seen_once_pass_through_as_they_are_and_all_are_sorted(db):
    found = merge(db, "posts", row(post_id="b", likes="赞"), row(post_id="a", likes="10+"), row(post_id="c"))
    assert found["post_id"].tolist() == ["a", "b", "c"]
    assert found["likes_captured"].tolist()[:2] == ["10+", "赞"]
    assert list(found.columns) == schema.TABLES["posts"].column_names


@pytest.mark.parametrize("table", ["posts", "comments", "creators"])
def test_what_is_merged_is_a_canonical_table(db, table):
    cells = {"account": "u", "post_id": "p1", "comment_id": "c1", "text": "Hi", "likes": "1.7万", "side": "host"}
    known = {name: cell for name, cell in cells.items() if name in merging.RAW[table]}
    found = merge(db, table, row(**known), row(**known))
    schema.check(schema.as_text(found, table), table, where="merged")
    assert len(found) == 1


def test_merging_what_was_merged_changes_nothing(db):
    rows = [at(EARLY, likes="5", text="one"), at(LATE, title="t"), at(EARLY, likes="10+", text="two")]
    records = staged(db, "posts", *rows)
    once = merged(db, "posts", records)
    db.execute(f"CREATE TABLE present AS {merging.merged('posts', records, 'true')}")
    present = f"SELECT {merging.kept_columns('posts', ())} FROM present"
    for again in ([present, *records], [*records, present], [present, records[0]], [present]):
        pd.testing.assert_frame_equal(merged(db, "posts", again), once)


def test_slices_hold_every_identifier_once_and_in_order(db, monkeypatch):
    monkeypatch.setattr(merging, "SLICE", 3)
    records = [
        f"SELECT printf('%02d', range) AS post_id, 'test' AS source FROM range({start}, {start + 6})"
        for start in (0, 4, 5)
    ]
    slices = merging.count_records(db, "posts", records)
    found = [frame(db, merging.merged("posts", records, within))["post_id"].tolist() for within in slices]
    assert [len(part) for part in found] == [3, 3, 3, 2]
    assert list(itertools.chain(*found)) == [f"{number:02}" for number in range(11)]


def test_no_record_needs_no_slice(db):
    assert merging.count_records(db, "comments", []) == []


def test_what_study_yml_no_longer_keeps_is_taken_out_of_a_present_corpus(db):
    once = merging.merged("posts", staged(db, "posts", post()), "true")
    merge(db, "posts", post())
    db.execute(f"CREATE TABLE present AS SELECT * REPLACE ('美国' AS place, 'http://a' AS url) FROM ({once})")
    found = frame(db, f"SELECT {merging.kept_columns('posts', ['addresses'])} FROM present").iloc[0]
    assert pd.isna(found["place"])
    assert found["url"] == "http://a"


def test_a_part_tells_usable_records_from_others(db, tmp_path):
    path = Path(tmp_path) / "part.parquet"
    rows = " UNION ALL ".join([row(post_id="p1", reason="an advertisement", line=7), "SELECT 'p2', NULL, 8"])
    db.execute(f"COPY ({merging.canonical(db, 'posts', rows, ())}) TO {quoted(str(path))}")
    part = merging.Part("tool-12345678", "posts", path)
    assert frame(db, part.usable)[["post_id", "source"]].to_dict("list") == {
        "post_id": ["p2"],
        "source": ["tool-12345678"],
    }
    assert db.execute(f"SELECT line FROM {part.records} WHERE reason IS NOT NULL").fetchall() == [(7,)]
