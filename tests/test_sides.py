import pandas as pd
import pytest

import coded
from analysis import schema
from analysis.computable import NotComputable
from analysis.criteria import measure_posts
from analysis.errors import StudyError
from analysis.settings import DECISIONS, Side
from analysis.sides import TOLD_BY, count_accounts, tell_sides

SIDES = {"newcomer": Side("arrivals", "es", "Spanish", "Latin"), "host": Side("locals", "ja", "Japanese", "Japanese")}
NO_COMMENTS = NotComputable("no comments were imported")
NO_CREATORS = NotComputable("no creators were imported")


def written(**texts: str | None) -> pd.DataFrame:
    """A comment by each account that is named."""
    return coded.frame(
        "comments",
        comment_id=[f"k{place}" for place in range(len(texts))],
        post_id=["p1"] * len(texts),
        author_id=list(texts),
        text=list(texts.values()),
    )


def one_post(author: str = "u1", **columns: list[object]) -> pd.DataFrame:
    return coded.frame("posts", post_id=["p1"], creator_id=[author], **({"text": ["hola"]} | columns))


def side_of(accounts: pd.DataFrame, account: str) -> str | None:
    side = accounts.set_index("creator_id")["side"][account]
    return None if pd.isna(side) else str(side)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("hola a todos", "newcomer"), ("こんにちは hola", "host"), ("絵が好き", "host"), ("uno dos 絵が", None),
        ("😊 100", None), ("привет друзья hola", None), ("#hola[topic]# 絵", "host"),
    ],
    ids=["newcomers' only", "mostly hosts'", "hosts' only", "a tie", "no words", "mostly another", "tags do not count"],
)  # fmt: skip
def test_an_account_is_on_the_side_in_whose_language_most_of_its_words_are(text, side):
    found = tell_sides(NO_CREATORS, one_post(), written(a=text), "language", SIDES)
    assert side_of(found, "a") == side


def test_posts_and_comments_of_an_account_count_together():
    posts, comments = one_post("a", title=["絵"], text=["hola"]), written(a="hola amigos")
    assert side_of(tell_sides(NO_CREATORS, posts, NO_COMMENTS, "language", SIDES), "a") is None
    assert side_of(tell_sides(NO_CREATORS, posts, comments, "language", SIDES), "a") == "newcomer"


def test_by_creators_the_accounts_stay_as_they_are():
    accounts = coded.frame("creators", creator_id=["a"], side=["host"])
    assert tell_sides(accounts, one_post(), written(a="hola"), "creators", SIDES) is accounts
    assert tell_sides(NO_CREATORS, one_post(), NO_COMMENTS, "creators", SIDES) == NO_CREATORS


def test_by_language_what_the_accounts_say_of_themselves_is_not_asked():
    accounts = coded.frame("creators", creator_id=["silent", "a"], side=["host", "host"], self_description=["x", "y"])
    found = tell_sides(accounts, one_post(), written(a="hola", b="絵"), "language", SIDES)
    assert found["creator_id"].tolist() == ["a", "b", "silent", "u1"]
    assert [side_of(found, account) for account in found["creator_id"]] == ["newcomer", "host", None, "newcomer"]
    assert found.loc[0, "self_description"] == "y"


def test_the_table_that_is_made_is_a_canonical_one():
    found = tell_sides(NO_CREATORS, one_post(), written(a="絵"), "language", SIDES)
    schema.check(schema.as_text(found.assign(source="test"), "creators"), "creators", where="here")
    assert found.dtypes.equals(schema.empty("creators").dtypes)


def test_an_unnamed_account_is_none():
    found = tell_sides(NO_CREATORS, one_post(), written().astype("str"), "language", SIDES)
    assert found["creator_id"].tolist() == ["u1"]
    unnamed = one_post().assign(creator_id=pd.Series([None], dtype="str"))
    told = tell_sides(NO_CREATORS, unnamed, NO_COMMENTS, "language", SIDES)
    assert told == NotComputable("the capture names no accounts")


def test_what_is_absent_passes_through():
    absent = NotComputable("no posts were imported")
    assert tell_sides(NO_CREATORS, absent, NO_COMMENTS, "language", SIDES) == absent
    alike = SIDES | {"host": Side("locals", "pt", "Portuguese", "Latin")}
    assert (
        "cannot tell their languages apart"
        in tell_sides(NO_CREATORS, one_post(), NO_COMMENTS, "language", alike).reason
    )


def test_the_order_of_the_rows_does_not_matter():
    comments = written(b="絵", a="hola", c="uno 絵")
    first = tell_sides(NO_CREATORS, one_post(), comments, "language", SIDES)
    assert first.equals(tell_sides(NO_CREATORS, one_post(), comments.iloc[::-1], "language", SIDES))


def test_comments_by_hosts_are_counted_where_only_the_language_tells_them():
    posts, comments = one_post(comments_count=[2]), written(a="絵が好き", b="hola")
    accounts = tell_sides(NO_CREATORS, posts, comments, "language", SIDES)
    measured = measure_posts(posts, comments, accounts, token_unit="word", sides=SIDES)
    assert measured.posts["host_comments"].tolist() == [1]


def test_how_many_accounts_are_on_each_side_says_by_what_they_were_told():
    accounts = tell_sides(NO_CREATORS, one_post(), written(a="絵", b="hola", c="😊", d="hola"), "language", SIDES)
    table = count_accounts(accounts, "language", SIDES)
    assert table[["side", "name", "accounts"]].to_numpy().tolist() == [
        ["newcomer", "arrivals", 3], ["host", "locals", 1], ["none", "not known", 1]
    ]  # fmt: skip
    assert set(table["told_by"]) == {TOLD_BY["language"]}
    assert table["share"].tolist() == [0.6, 0.2, 0.2]


def test_accounts_without_any_side_are_not_computable():
    accounts = coded.frame("creators", creator_id=["a"])
    assert count_accounts(accounts, "creators", SIDES).reason == "the capture does not tell newcomers from hosts"


def test_an_unknown_way_to_tell_sides_is_refused():
    with pytest.raises(StudyError, match="side_by: 'ip' is not one of creators, language"):
        tell_sides(NO_CREATORS, one_post(), NO_COMMENTS, "ip", SIDES)


def test_every_way_to_tell_sides_is_a_value_of_the_decision():
    assert DECISIONS["side_by"][1] == " or ".join(TOLD_BY)
