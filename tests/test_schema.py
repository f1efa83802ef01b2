import pandas as pd
import pytest

from analysis import columns, schema
from analysis.errors import TableError

GOOD = {"creator_id": ["a", "b"], "side": ["host", None], "self_description": [None, "me"], "source": ["x", "x"]}


def creators(**changes: list) -> pd.DataFrame:
    return pd.DataFrame({**GOOD, **changes}, dtype="str")


def test_a_right_table_passes():
    schema.check(creators(), "creators", where="creators.csv")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (creators().rename(columns={"side": "sid"}), "creators.csv: column 'side' is missing. Nearest: 'sid'."),
        (creators().rename(columns={"side": "sid"}), "column 'sid' is not a column of creators. Nearest: 'side'."),
        (creators(side=["hosts", None]), "creators.csv, line 2: 'side' is 'hosts'; expected one of newcomer, host."),
        (creators(creator_id=["a", None]), "creators.csv, line 3: 'creator_id' is empty; expected a text."),
        (
            creators(creator_id=["a", "007 "]),
            "creators.csv, line 3: 'creator_id' is '007 '; expected a text without spaces at its ends.",
        ),
        (creators(creator_id=["a", "a"]), "creators.csv, line 3: creator_id 'a' stands already in line 2."),
        (pd.concat([creators(), creators()["side"]], axis="columns"), "column 'side' stands twice"),
    ],
    ids=["missing", "unknown", "choice", "empty", "identifier with a space", "doubled identifier", "doubled column"],
)
def test_a_wrong_table_is_told_where_and_what(table, told):
    with pytest.raises(TableError, match="Correct creators.csv") as error:
        schema.check(table, "creators", where="creators.csv")
    assert told in str(error.value)


def test_all_problems_are_told_at_once():
    with pytest.raises(TableError) as error:
        schema.check(creators(side=["x", "y"], creator_id=[None, "b"]), "creators", where="c.csv")
    assert len(str(error.value).splitlines()) == 4


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("integer", "1.5"), ("integer", ""), ("number", "1,5"), ("boolean", "yes"), ("date", "2025-02-30"),
        ("date", "19.1.2025"), ("time", "2025-01-19T25:00:00Z"), ("time", "2025-01-19T08:00:00"), ("list", "a  b"),
        ("integer", "１２"), ("number", "１.５"), ("date", "２０２５-01-19"), ("time", "2025-01-19T08:00:0０Z"),
        ("integer", "1" * 19),
    ],
)  # fmt: skip
def test_a_cell_of_the_wrong_kind_does_not_fit(kind, cell):
    assert not columns.fits(pd.Series([cell], dtype="str"), column=columns.Column("x", kind, "")).any()


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("integer", "-12"), ("integer", "9" * 18), ("number", "1e-05"), ("boolean", "true"), ("date", "2024-02-29"),
     ("time", "2025-01-19T08:00:00Z"), ("list", "a 英语角"), ("text", "two\nlines")],
)  # fmt: skip
def test_a_cell_of_the_right_kind_fits(kind, cell):
    assert columns.fits(pd.Series([cell], dtype="str"), column=columns.Column("x", kind, "")).all()


@pytest.mark.parametrize("cell", [" a", "a ", "a\n", "\u3000a", " "])
@pytest.mark.parametrize(
    "column", [columns.key("x", ""), columns.text("x", "", refers_to="posts")], ids=["key", "reference"]
)
def test_an_identifier_has_no_space_at_its_ends(column, cell):
    assert not columns.fits(pd.Series([cell], dtype="str"), column=column).any()
    assert columns.fits(pd.Series(["a", "a b"], dtype="str"), column=column).all()


def test_the_largest_integer_that_fits_becomes_a_value():
    assert columns.as_values(pd.Series(["9" * 18], dtype="str"), "integer").tolist() == [10**18 - 1]


@pytest.mark.parametrize("name", schema.TABLES)
def test_every_key_column_of_text_is_held_to_be_an_identifier(name):
    known = schema.TABLES[name]
    keys = [known.column(part) for part in known.key if known.column(part).kind == "text"]
    # One of a few words cannot have a space at its end either.
    assert all("spaces" in column.expected or column.among for column in keys)


@pytest.mark.parametrize("name", schema.TABLES)
def test_every_table_can_be_empty_and_keeps_its_types(name):
    table = schema.empty(name)
    assert schema.typed(schema.as_text(table, name), name).dtypes.equals(table.dtypes)


@pytest.mark.parametrize("name", schema.TABLES)
def test_every_column_has_a_meaning_and_every_reference_a_target(name):
    for column in schema.TABLES[name].columns:
        assert column.meaning
        assert column.refers_to in {"", *schema.TABLES}
    assert set(schema.TABLES[name].key) <= set(schema.TABLES[name].column_names)
