import numpy as np
import pandas as pd
import pytest

import coded
from analysis import co_occurrence, coding, occurrence
from analysis.coded import Coded
from analysis.computable import NotComputable
from analysis.errors import TableError
from analysis.figures import coding as draw
from analysis.figures import network, rounds
from analysis.resampling import Resampling

RESAMPLING = Resampling(replicates=200, confidence=0.95, seed=1)


@pytest.fixture
def placed():
    return coded.placed()


@pytest.fixture
def units():
    return coded.units_read()


def test_the_tree_lists_each_entry_before_what_is_below_it():
    shuffled = coded.codebook().sort_values("name", ignore_index=True)
    ordered = coding.tree(shuffled)
    seen = set()
    for row in ordered.itertuples():
        assert pd.isna(row.parent_id) or row.parent_id in seen
        seen.add(row.code_id)
    assert len(seen) == len(shuffled)


def test_the_tree_tells_each_code_its_theme_and_pattern():
    row = coding.tree(coded.codebook()).set_index("code_id").loc["ask.how"]
    assert (row["theme_id"], row["pattern_id"]) == ("learn.ask", "learn")


def test_an_entry_whose_parent_is_unknown_is_a_root_of_the_tree():
    orphan = coded.codebook("lone | lost | code")
    assert coding.tree(orphan)["code_id"].tolist() == ["lone"]


def test_an_empty_codebook_has_no_tree():
    assert coding.tree(coded.codebook().head(0)) == NotComputable("the codebook is empty")


UNREAD = NotComputable("the study has no readings")


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ({("ann", 1): "s1 s2 s3", ("ann", 2): "s1"}, ["c1 ann 2", "c2 ann 1", "p2 bob 1"]),
        ({("ann", 1): "s1 s2", ("ann", 2): "s1 s2"}, ["c1 ann 2", "p2 bob 1"]),
        ({("bob", 1): "s3", ("bob", 2): "s3"}, ["c1 ann 2", "c2 ann 1"]),
        (None, ["c1 ann 2", "c2 ann 1", "p2 bob 1"]),
    ],
    ids=["read once", "read again without a code", "of another coder", "without readings"],
)
def test_the_latest_round_of_each_coder_and_screenshot_stands(readings, expected):
    rows = "c1 ask.why ann 1\nc1 ask.how ann 2\nc2 ask.why ann 1\np2 joke.pun bob 1"
    placed = coded.placed(rows)
    standing = coding.standing_codings(placed, coded.read(readings) if readings else UNREAD)
    kept = [f"{row.unit_id} {row.coder} {row.round}" for row in standing.itertuples()]
    assert kept == expected


def test_absent_codings_leave_none_standing():
    absent = NotComputable("the study has no codings")
    assert coding.standing_codings(absent, coded.read()) == absent
    assert occurrence.counts_by_coder(absent, coded.codebook(), coded.read()) == absent


def test_counts_by_coder_begin_with_what_each_coder_read(placed):
    standing = coding.standing_codings(placed, coded.read())
    readings = coded.read({("ann", 1): "s1 s2", ("ann", 2): "s1 s2 s3 s4", ("bob", 2): "s1", ("cy", 1): "s1 s2"})
    counts = occurrence.counts_by_coder(standing, coded.codebook(), readings).set_index("name")
    assert list(counts.columns) == ["code_id", "ann", "bob", "cy"]
    assert counts.iloc[0].tolist()[1:] == [4, 1, 2]
    assert counts.loc["Why", ["ann", "bob", "cy"]].tolist() == [2, 2, 0]


def test_counts_by_coder_without_readings_are_the_counts_alone(placed):
    counts = occurrence.counts_by_coder(placed, coded.codebook(), UNREAD)
    assert counts.equals(occurrence.counts_by(placed, coded.codebook(), "coder"))


def test_a_screenshot_counts_once_however_many_coders_give_the_code(placed, units):
    counted = occurrence.frequencies(
        coding.standing_codings(placed, coded.read()), coded.codebook(), units, "code", RESAMPLING
    )
    row = counted.set_index("code_id").loc["ask.why"]
    assert (row["codings"], row["units"], row["posts"], row["share"]) == (4, 2, 2, 0.5)


@pytest.mark.parametrize(
    ("level", "expected"), [("theme", {"learn.ask": 2, "play.joke": 1}), ("pattern", {"learn": 2, "play": 1})]
)
def test_themes_and_patterns_count_a_screenshot_once_however_many_of_their_codes_it_holds(
    placed, units, level, expected
):
    counted = occurrence.frequencies(
        coding.standing_codings(placed, coded.read()), coded.codebook(), units, level, RESAMPLING
    )
    assert dict(zip(counted["code_id"], counted["units"], strict=True)) == expected


def test_an_unused_code_has_share_zero_and_no_interval_by_creator(units):
    placed = coded.placed("c1 ask.why ann 2")
    row = (
        occurrence.frequencies(placed, coded.codebook(), units, "code", RESAMPLING).set_index("code_id").loc["joke.pun"]
    )
    assert (row["units"], row["share"], row["low"]) == (0, 0, 0)
    assert row["high"] == pytest.approx(0.4899, abs=5e-5)
    assert np.isnan(row["creator_low"])
    assert np.isnan(row["creator_high"])


def test_the_creator_interval_is_wider_than_wilsons_where_creators_are_all_or_nothing():
    shows = {f"s{n}": (f"p{n}", f"p{n}") for n in range(40)}
    corpus = coded.corpus(shows, {f"p{n}": f"u{n // 10}" for n in range(40)})
    rows = "\n".join(f"p{n} ask.why ann 1" for n in range(20))
    placed, units = coded.placed(rows, corpus), coded.units_read({("ann", 1): " ".join(shows)}, rows, corpus)
    row = occurrence.frequencies(placed, coded.codebook(), units, "code", RESAMPLING).iloc[0]
    assert row["share"] == 0.5
    assert row["creator_high"] - row["creator_low"] > 2 * (row["high"] - row["low"])


def test_creators_of_unequal_size_do_not_widen_an_interval_without_variation(units):
    placed = coded.placed("p1 ask.why a 1\nc2 ask.why a 1\np2 ask.why a 1\np3 ask.why a 1")
    row = occurrence.frequencies(placed, coded.codebook(), units, "code", RESAMPLING).iloc[0]
    assert (row["share"], row["creator_low"], row["creator_high"]) == (1, 1, 1)


def test_a_code_that_is_not_in_the_codebook_is_refused_with_the_nearest(units):
    placed = coded.placed("c1 ask.whi ann 1")
    with pytest.raises(TableError, match=r"code 'ask.whi' is not in the codebook. Nearest: 'ask.why'"):
        occurrence.frequencies(placed, coded.codebook(), units, "code", RESAMPLING)


def test_a_coding_at_a_theme_is_no_coding_at_a_code(units):
    placed = coded.placed("c1 learn.ask ann 1")
    by_code = occurrence.frequencies(placed, coded.codebook(), units, "code", RESAMPLING)
    by_theme = occurrence.frequencies(placed, coded.codebook(), units, "theme", RESAMPLING)
    assert by_code["codings"].sum() == 0
    assert by_theme["codings"].sum() == 1


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    ids=["81/263", "15/148", "0/20", "1/29"],
)
def test_wilsons_interval_is_that_of_newcombe_1998_table_1(hits, of, low, high):
    found = occurrence.wilson(np.array([hits]), of, 0.95)
    assert [float(end[0]) for end in found] == pytest.approx([low, high], abs=5e-5)


def test_rounds_are_counted_side_by_side(placed):
    counts = occurrence.counts_by(placed, coded.codebook(), "round").set_index("code_id")
    assert counts.loc["ask.why", ["round_1", "round_2"]].tolist() == [1, 2]
    assert counts.loc["joke.pun", ["round_1", "round_2"]].tolist() == [0, 1]


def test_codings_without_any_side_cannot_be_counted_by_side(placed):
    unknown = placed.assign(side=None)
    assert occurrence.counts_by(unknown, coded.codebook(), "side").reason == "no coding has a side"


def test_two_codes_on_one_screenshot_co_occur_whoever_gave_them(placed, units):
    pairs = co_occurrence.co_occurrence(coding.standing_codings(placed, coded.read()), coded.codebook(), units)
    row = pairs.iloc[0]
    assert (row["code_1"], row["code_2"], row["together"], row["first"], row["second"]) == (
        "ask.why",
        "ask.how",
        1,
        2,
        1,
    )
    assert row["coefficient"] == 0.5
    assert len(pairs) == 1


@pytest.mark.parametrize(("often", "uneven"), [(5, False), (6, True)])
def test_a_pair_is_uneven_beyond_five_times_the_frequency(often, uneven):
    shows = {f"s{n}": ("p1", f"c{n}") for n in range(often)}
    rows = "\n".join([f"c{n} ask.why ann 1" for n in range(often)] + ["c0 ask.how ann 1"])
    corpus = coded.corpus(shows)
    placed, units = coded.placed(rows, corpus), coded.units_read({("ann", 1): " ".join(shows)}, rows, corpus)
    assert co_occurrence.co_occurrence(placed, coded.codebook(), units)["uneven"].tolist() == [uneven]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("c1 ask.why ann 1", "fewer than two codes were used"),
        ("c1 ask.why ann 1\nc2 ask.how ann 1", "no two codes stand on the same unit"),
    ],
)
def test_codes_that_never_meet_have_no_pairs(units, rows, reason):
    placed = coded.placed(rows)
    assert co_occurrence.co_occurrence(placed, coded.codebook(), units).reason == reason


def test_a_screenshot_that_was_read_without_a_code_counts_as_one_without(placed, units):
    counts = co_occurrence.codes_per_unit(coding.standing_codings(placed, coded.read()), coded.codebook(), units)
    assert dict(zip(counts["codes"], counts["units"], strict=True)) == {0: 1, 1: 2, 2: 1}


def test_the_summary_counts_standing_codings_and_all_rounds(placed, units):
    standing = coding.standing_codings(placed, coded.read())
    assert coding.summary(placed, standing, coded.codebook(), units) == {
        "codings": 6, "coders": 2, "rounds": 2, "codes_used": 3, "units_coded": 3, "codes_per_unit": 1.0,
        "most_frequent": "Why",
    }  # fmt: skip


def test_resampling_repeats_with_its_seed_and_draws_as_many_as_there_are():
    first, again = RESAMPLING.clusters(7), RESAMPLING.clusters(7)
    assert (first == again).all()
    assert (first.sum(axis=1) == 7).all()
    assert (first != Resampling(200, 0.95, 2).clusters(7)).any()


def test_figures_draw_every_code_and_pass_absence_on(placed, units):
    standing, codebook = coding.standing_codings(placed, coded.read()), coded.codebook()
    by_code = occurrence.frequencies(standing, codebook, units, "code", RESAMPLING)
    labels = [label.get_text() for label in draw.frequencies(by_code).axes[0].get_yticklabels()]
    assert labels == by_code["name"].tolist()
    absent = NotComputable("the study has no codings")
    assert draw.frequencies(absent) == absent
    assert draw.co_occurrence(absent, codebook) == absent
    assert draw.by_side(absent, {}) == absent


def test_codings_that_wait_leave_the_others_their_place():
    counts = pd.DataFrame({"name": ["Why", "Waits"], "newcomer": [12, pd.NA], "host": [3, pd.NA]}).convert_dtypes()
    axes = draw.by_side(counts, {"newcomer": "N", "host": "H"}).axes[0]
    assert axes.get_xlim()[1] > 12


def test_the_pair_figure_has_a_circle_for_each_pair(placed, units):
    pairs = co_occurrence.co_occurrence(coding.standing_codings(placed, coded.read()), coded.codebook(), units)
    circles = draw.co_occurrence(pairs, coding.tree(coded.codebook())).axes[0].collections
    assert [len(drawn.get_offsets()) for drawn in circles if hasattr(drawn, "get_sizes")][:1] == [len(pairs)]


def test_the_network_has_a_line_for_each_pair_and_a_name_for_each_code(placed, units):
    pairs = co_occurrence.co_occurrence(coding.standing_codings(placed, coded.read()), coded.codebook(), units)
    axes = network.network(pairs, coding.tree(coded.codebook())).axes[0]
    assert len(axes.patches) == len(pairs)
    assert [text.get_text() for text in axes.texts] == ["Why", "How"]
    absent = NotComputable("the study has no codings")
    assert network.network(absent, coded.codebook()) == absent


def test_the_figure_of_rounds_draws_the_last_two_that_follow_each_other():
    counts = {"given_before": 3, "given_after": 3, "kept": 2, "withdrawn": 1, "new": 1, "after_split": 0, "renamed": 0}
    table = pd.DataFrame([
        {"from_round": 1, "to_round": 2, "name": "Old", **counts},
        {"from_round": 2, "to_round": 3, "name": "Why", **counts},
        {"from_round": 1, "to_round": 3, "name": "Skipped", **counts},
    ])  # fmt: skip
    axes = rounds.changed(table).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Why"]
    assert sorted(bar.get_width() for bar in axes.patches) == [-1, 0, 1, 2]


def test_what_was_given_where_is_what_a_cross_table_says():
    given = pd.DataFrame(
        {"unit": ["b", "a", "a", "z", "b", None], "code_id": ["y", "x", "x", "w", None, "x"]}, dtype="str"
    )
    units = pd.Series(["c", "b", "a", "b"])
    held = coding.incidence(given, units)
    crossed = pd.crosstab(given["unit"], given["code_id"]) > 0
    pd.testing.assert_frame_equal(held, crossed.reindex(pd.Index(["c", "b", "a"]), fill_value=False).astype(bool))
    assert list(held.columns) == ["w", "x", "y"]


def test_what_holds_in_a_round_is_worked_out_once_and_with_later_changes_left_out():
    changes = pd.DataFrame({"round": [2, 3]})
    given = Coded(None, None, None, "post", changes)
    assert given.in_round(2) is given.in_round(2)
    assert given.in_round(2).changes["round"].tolist() == [2]
    assert given.in_round(3) is given
