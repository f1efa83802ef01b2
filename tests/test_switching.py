"""Measures of code-switching: published values, the definitions written out, and the edges."""

from itertools import pairwise
from statistics import mean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import switching

# The example of the package cs_metrics, which prints 45.4545 and .9836, without its two tags of no language.
SAMPLE = ["EN"] * 2 + ["HI"] * 2 + ["HI"] * 2 + ["EN"] * 3 + ["HI"] * 2
TAGS = st.lists(st.sampled_from(["newcomer", "host"]), max_size=12)


def test_the_sentence_of_cs_metrics_has_its_values():
    assert switching.code_mixing_index(SAMPLE) == pytest.approx(45.45454545454546)
    assert switching.multilingual_index(SAMPLE, 2) == pytest.approx(0.9836065573770497)


@pytest.mark.parametrize(
    ("tags", "cmi", "m_index", "i_index", "burstiness"),
    [
        ("", None, None, None, None),
        ("a", 0, 0, None, None),
        ("aaaa", 0, 0, 0, None),
        ("ab", 50, 1, 1, -1),
        ("abab", 50, 1, 1, -1),
        ("aabb", 50, 1, 1 / 3, -1),
        ("aaab", 25, 0.6, 1 / 3, (1 - 2) / (1 + 2)),
    ],
    ids=["nothing", "one token", "one language", "two tokens", "a regular beat", "halves", "one borrowed word"],
)
def test_a_text_has_the_measures_that_its_tokens_define(tags, cmi, m_index, i_index, burstiness):
    expected = {"cmi": cmi, "m_index": m_index, "i_index": i_index, "burstiness": burstiness}
    found = switching.of_texts([list(tags)])
    assert {name: None if np.isnan(value) else value for name, value in found.items()} == pytest.approx(expected)


def test_the_number_of_languages_decides_how_even_two_are():
    assert switching.multilingual_index(["a", "b"], 2) == 1
    assert switching.multilingual_index(["a", "b"], 3) == 0.5
    assert switching.multilingual_index(["a", "b", "c"], 3) == pytest.approx(1)


@given(st.lists(TAGS, max_size=6))
def test_the_measures_of_several_texts_follow_their_definitions(texts):
    found = switching.of_texts(texts)
    every = [tag for tags in texts for tag in tags]
    if not every:
        assert all(np.isnan(value) for value in found.values())
        return
    shares = [every.count(side) / len(every) for side in ("newcomer", "host")]
    squares = sum(share**2 for share in shares)
    assert found["m_index"] == pytest.approx((1 - squares) / squares)
    mixed = [100 * (1 - max(tags.count("newcomer"), tags.count("host")) / len(tags)) for tags in texts if tags]
    assert found["cmi"] == pytest.approx(mean(mixed))
    places = [(one, two) for tags in texts for one, two in pairwise(tags)]
    if places:
        assert found["i_index"] == pytest.approx(sum(one != two for one, two in places) / len(places))
    assert all(np.isnan(value) or low <= value <= high for value, low, high in zip(
        found.values(), (0, 0, 0, -1), (50, 1 + 1e-9, 1, 1), strict=True
    ))  # fmt: skip


@given(st.lists(st.integers(1, 20), min_size=2, max_size=12))
def test_burstiness_is_by_the_deviation_of_these_spans(lengths):
    assert switching.burstiness(lengths) == pytest.approx(
        (pstdev(lengths) - mean(lengths)) / (pstdev(lengths) + mean(lengths))
    )


@pytest.mark.parametrize("lengths", [[], [5]])
def test_without_a_switch_there_is_no_burstiness(lengths):
    assert np.isnan(switching.burstiness(lengths))


def test_a_span_that_ends_with_its_text_is_not_ended_by_a_switch():
    assert switching.of_texts([["a"] * 30, list("aab")])["burstiness"] == switching.burstiness([2, 1])


def test_a_switch_between_two_texts_is_none():
    assert switching.of_texts([["a", "a"], ["b", "b"]])["i_index"] == 0
