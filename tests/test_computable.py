import pytest

from analysis.computable import CannotCompute, NotComputable, computable, need


@computable
def mean(table: list[float], *, weight: float = 1.0) -> float:
    need(table, "the capture has no replies")
    return weight * sum(table) / len(table)


def test_a_computable_result_is_the_functions_own():
    assert mean([1.0, 3.0], weight=2.0) == 4.0


def test_a_function_that_cannot_compute_answers_with_the_reason():
    assert mean([]) == NotComputable("the capture has no replies")


@pytest.mark.parametrize("given", [{"table": NotComputable("why")}, {"table": [1.0], "weight": NotComputable("why")}])
def test_an_absent_argument_is_passed_on(given):
    assert mean(**given).reason == "why"


def test_absence_survives_whatever_a_notebook_does_with_a_table():
    assert NotComputable("why")["share"].groupby("side").max()[0].reason == "why"


def test_absence_is_not_an_endless_sequence():
    with pytest.raises(TypeError):
        list(NotComputable("why"))


def test_need_names_the_reason():
    with pytest.raises(CannotCompute, match="no codings"):
        need([], "the study has no codings")


def test_absence_is_a_plain_object_to_those_who_look_for_protocols():
    assert not hasattr(NotComputable("why"), "__array__")
    assert not hasattr(NotComputable("why"), "_repr_html_")
