import numpy as np
import pandas as pd
import pytest

import coded
from analysis import coding
from analysis.computable import NotComputable
from analysis.errors import TableError
from analysis.figures import coding as draw

RESAMPLING = coding.Resampling(replicates=200, confidence=0.95, seed=1)


@pytest.fixture
def placed():
    return coding.codings_by_screenshot(coded.codings(), coded.screenshots())


@pytest.fixture
def units():
    return coding.units_read(coded.readings(), coded.screenshots(), coded.posts())


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


def test_each_coding_falls_on_the_screenshot_that_shows_its_text(placed):
    assert placed["screenshot_id"].tolist() == ["s1", "s1", "s1", "s1", "s2", "s3", "s3"]
    assert placed["post_id"].tolist() == ["p1", "p1", "p1", "p1", "p1", "p2", "p2"]


def test_a_coded_screenshot_stands_for_itself():
    placed = coding.codings_by_screenshot(coded.codings("s4 ask.why ann 1"), coded.screenshots())
    assert placed["post_id"].tolist() == ["p3"]


def test_a_coding_that_no_screenshot_shows_is_refused():
    with pytest.raises(TableError, match=r"no screenshot shows 'c8', 'c9'.*column 'shows'"):
        coding.codings_by_screenshot(coded.codings("c9 ask.why ann 1\nc8 ask.why ann 1"), coded.screenshots())


def test_no_codings_are_not_computable():
    assert coding.codings_by_screenshot(coded.codings().head(0), coded.screenshots()).reason == "there are no codings"


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
    placed = coding.codings_by_screenshot(coded.codings(rows), coded.screenshots())
    standing = coding.standing_codings(placed, coded.readings(readings) if readings else UNREAD)
    kept = [f"{row.unit_id} {row.coder} {row.round}" for row in standing.itertuples()]
    assert kept == expected


def test_absent_codings_leave_none_standing():
    absent = NotComputable("the study has no codings")
    assert coding.standing_codings(absent, coded.readings()) == absent
    assert coding.counts_by_coder(absent, coded.codebook(), coded.readings()) == absent


def test_counts_by_coder_begin_with_what_each_coder_read(placed):
    standing = coding.standing_codings(placed, coded.readings())
    readings = coded.readings({("ann", 1): "s1 s2", ("ann", 2): "s1 s2 s3 s4", ("bob", 2): "s1", ("cy", 1): "s1 s2"})
    counts = coding.counts_by_coder(standing, coded.codebook(), readings).set_index("name")
    assert list(counts.columns) == ["code_id", "ann", "bob", "cy"]
    assert counts.iloc[0].tolist()[1:] == [4, 1, 2]
    assert counts.loc["Why", ["ann", "bob", "cy"]].tolist() == [2, 2, 0]


def test_counts_by_coder_without_readings_are_the_counts_alone(placed):
    counts = coding.counts_by_coder(placed, coded.codebook(), UNREAD)
    assert counts.equals(coding.counts_by(placed, coded.codebook(), "coder"))


def test_a_post_stands_for_a_creator_that_is_not_known():
    posts = coded.posts({"p1": "u1", "p2": None, "p3": "u2"})
    units = coding.units_read(coded.readings(), coded.screenshots(), posts)
    assert units["creator_id"].tolist() == ["u1", "u1", "p2", "u2"]


def test_a_screenshot_counts_once_however_many_coders_give_the_code(placed, units):
    counted = coding.frequencies(
        coding.standing_codings(placed, coded.readings()), coded.codebook(), units, "code", RESAMPLING
    )
    row = counted.set_index("code_id").loc["ask.why"]
    assert (row["codings"], row["screenshots"], row["posts"], row["share"]) == (4, 2, 2, 0.5)


@pytest.mark.parametrize(
    ("level", "expected"), [("theme", {"learn.ask": 2, "play.joke": 1}), ("pattern", {"learn": 2, "play": 1})]
)
def test_themes_and_patterns_count_a_screenshot_once_however_many_of_their_codes_it_holds(
    placed, units, level, expected
):
    counted = coding.frequencies(
        coding.standing_codings(placed, coded.readings()), coded.codebook(), units, level, RESAMPLING
    )
    assert dict(zip(counted["code_id"], counted["screenshots"], strict=True)) == expected


def test_an_unused_code_has_share_zero_and_no_interval_by_creator(units):
    placed = coding.codings_by_screenshot(coded.codings("c1 ask.why ann 2"), coded.screenshots())
    row = coding.frequencies(placed, coded.codebook(), units, "code", RESAMPLING).set_index("code_id").loc["joke.pun"]
    assert (row["screenshots"], row["share"], row["low"]) == (0, 0, 0)
    assert row["high"] == pytest.approx(0.4899, abs=5e-5)
    assert np.isnan(row["creator_low"])
    assert np.isnan(row["creator_high"])


def test_the_creator_interval_is_wider_than_wilsons_where_creators_are_all_or_nothing():
    shows = {f"s{n}": (f"p{n}", f"p{n}") for n in range(40)}
    made = coded.posts({f"p{n}": f"u{n // 10}" for n in range(40)})
    placed = coding.codings_by_screenshot(
        coded.codings("\n".join(f"p{n} ask.why ann 1" for n in range(20))), coded.screenshots(shows)
    )
    units = coding.units_read(coded.readings({("ann", 1): " ".join(shows)}), coded.screenshots(shows), made)
    row = coding.frequencies(placed, coded.codebook(), units, "code", RESAMPLING).iloc[0]
    assert row["share"] == 0.5
    assert row["creator_high"] - row["creator_low"] > 2 * (row["high"] - row["low"])


def test_creators_of_unequal_size_do_not_widen_an_interval_without_variation(units):
    placed = coding.codings_by_screenshot(
        coded.codings("p1 ask.why a 1\nc2 ask.why a 1\np2 ask.why a 1\np3 ask.why a 1"), coded.screenshots()
    )
    row = coding.frequencies(placed, coded.codebook(), units, "code", RESAMPLING).iloc[0]
    assert (row["share"], row["creator_low"], row["creator_high"]) == (1, 1, 1)


def test_a_code_that_is_not_in_the_codebook_is_refused_with_the_nearest(units):
    placed = coding.codings_by_screenshot(coded.codings("c1 ask.whi ann 1"), coded.screenshots())
    with pytest.raises(TableError, match=r"code 'ask.whi' is not in the codebook. Nearest: 'ask.why'"):
        coding.frequencies(placed, coded.codebook(), units, "code", RESAMPLING)


def test_a_coding_at_a_theme_is_no_coding_at_a_code(units):
    placed = coding.codings_by_screenshot(coded.codings("c1 learn.ask ann 1"), coded.screenshots())
    by_code = coding.frequencies(placed, coded.codebook(), units, "code", RESAMPLING)
    by_theme = coding.frequencies(placed, coded.codebook(), units, "theme", RESAMPLING)
    assert by_code["codings"].sum() == 0
    assert by_theme["codings"].sum() == 1


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    ids=["81/263", "15/148", "0/20", "1/29"],
)
def test_wilsons_interval_is_that_of_newcombe_1998_table_1(hits, of, low, high):
    found = coding.wilson(np.array([hits]), of, 0.95)
    assert [float(end[0]) for end in found] == pytest.approx([low, high], abs=5e-5)


def test_rounds_are_counted_side_by_side(placed):
    counts = coding.counts_by(placed, coded.codebook(), "round").set_index("code_id")
    assert counts.loc["ask.why", ["round_1", "round_2"]].tolist() == [1, 2]
    assert counts.loc["joke.pun", ["round_1", "round_2"]].tolist() == [0, 1]


def test_a_coding_has_the_side_of_whoever_wrote_the_text(placed):
    comments = coded.frame("comments", comment_id=["c1", "c2", "c3"], author_id=["h1", "h1", "x"])
    creators = coded.frame("creators", creator_id=["h1", "u1"], side=["host", "newcomer"])
    spoken = coding.speaker_sides(placed, coded.posts(), comments, creators)
    assert spoken["side"].fillna("").tolist() == ["host"] * 5 + ["newcomer", ""]


def test_codings_without_any_side_cannot_be_counted_by_side(placed):
    unknown = placed.assign(side=None)
    assert coding.counts_by(unknown, coded.codebook(), "side").reason == "no coding has a side"


def test_two_codes_on_one_screenshot_co_occur_whoever_gave_them(placed, units):
    pairs = coding.co_occurrence(coding.standing_codings(placed, coded.readings()), coded.codebook(), units)
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
    placed = coding.codings_by_screenshot(coded.codings(rows), coded.screenshots(shows))
    units = coding.units_read(coded.readings({("ann", 1): " ".join(shows)}), coded.screenshots(shows), coded.posts())
    assert coding.co_occurrence(placed, coded.codebook(), units)["uneven"].tolist() == [uneven]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("c1 ask.why ann 1", "fewer than two codes were used"),
        ("c1 ask.why ann 1\nc2 ask.how ann 1", "no two codes stand on the same screenshot"),
    ],
)
def test_codes_that_never_meet_have_no_pairs(units, rows, reason):
    placed = coding.codings_by_screenshot(coded.codings(rows), coded.screenshots())
    assert coding.co_occurrence(placed, coded.codebook(), units).reason == reason


def test_a_screenshot_that_was_read_without_a_code_counts_as_one_without(placed, units):
    counts = coding.codes_per_unit(coding.standing_codings(placed, coded.readings()), coded.codebook(), units)
    assert dict(zip(counts["codes"], counts["screenshots"], strict=True)) == {0: 1, 1: 2, 2: 1}


def test_the_summary_counts_standing_codings_and_all_rounds(placed, units):
    standing = coding.standing_codings(placed, coded.readings())
    assert coding.summary(placed, standing, coded.codebook(), units) == {
        "codings": 6, "coders": 2, "rounds": 2, "codes_used": 3, "units_coded": 3, "codes_per_unit": 1.0,
        "most_frequent": "Why",
    }  # fmt: skip


def test_resampling_repeats_with_its_seed_and_draws_as_many_as_there_are():
    first, again = RESAMPLING.clusters(7), RESAMPLING.clusters(7)
    assert (first == again).all()
    assert (first.sum(axis=1) == 7).all()
    assert (first != coding.Resampling(200, 0.95, 2).clusters(7)).any()


def test_figures_draw_every_code_and_pass_absence_on(placed, units):
    standing, codebook = coding.standing_codings(placed, coded.readings()), coded.codebook()
    by_code = coding.frequencies(standing, codebook, units, "code", RESAMPLING)
    labels = [label.get_text() for label in draw.frequencies(by_code).axes[0].get_yticklabels()]
    assert labels == by_code["name"].tolist()
    absent = NotComputable("the study has no codings")
    assert draw.frequencies(absent) == absent
    assert draw.co_occurrence(absent, codebook) == absent
    assert draw.by_side(absent, {}) == absent


def test_the_pair_figure_has_a_circle_for_each_pair(placed, units):
    pairs = coding.co_occurrence(coding.standing_codings(placed, coded.readings()), coded.codebook(), units)
    circles = draw.co_occurrence(pairs, coding.tree(coded.codebook())).axes[0].collections
    assert [len(drawn.get_offsets()) for drawn in circles if hasattr(drawn, "get_sizes")][:1] == [len(pairs)]
