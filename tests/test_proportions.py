import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.proportions import wilson


@given(st.integers(1, 5000), st.floats(0.5, 0.999), st.data())
def test_intervals_are_those_of_statsmodels(of, confidence, data):
    hits = np.array(data.draw(st.lists(st.integers(0, of), min_size=1, max_size=5)))
    expected = proportion_confint(hits, of, alpha=1 - confidence, method="wilson")
    assert np.allclose(wilson(hits, of, confidence), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("of", [1, 2, 3, 7, 12, 120, 413])
def test_none_begins_at_nought_and_all_end_at_one(of):
    low, high = wilson(np.array([0, of]), of, 0.95)
    assert low[0] == 0
    assert high[1] == 1
    assert 0 < high[0] < 1
    assert 0 < low[1] < 1
