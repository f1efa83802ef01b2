import pandas as pd
import pytest

import coded
from analysis import findings, tables
from analysis.computable import NotComputable
from analysis.errors import TableError
from analysis.figures import findings as draw

EVIDENCE = {
    "evidence_id": ["e1", "e2", "e3", "e4", "e5"],
    "figure": [None, "2 left", "2 right", "3", "2 left"],
    "source_post": [62, None, None, None, None],
    "form": ["post", "figure", "figure", "figure", "comment"],
    "speaker_side": ["host", "both", "both", "host", None],
    "languages": ["zh", "en fr", "en", "en", "en zh"],
    "code_ids": ["ask.why ask.how", "ask.why", "ask.how", "ask.why", "ask.how"],
}


@pytest.fixture
def evidence():
    return coded.frame("evidence", **EVIDENCE)


@pytest.fixture
def themes(evidence):
    return findings.evidence_by_theme(coded.codebook(), evidence)


def test_an_excerpt_that_supports_two_codes_of_a_theme_counts_once_for_the_theme(themes):
    assert themes.set_index("theme_id").loc["learn.ask", "excerpts"] == 2


def test_the_two_halves_of_a_figure_are_one_figure(themes):
    assert themes.set_index("theme_id").loc["learn.ask", "figures"] == 2


def test_a_theme_without_evidence_is_kept_with_zeros(themes):
    row = themes.set_index("theme_id").loc["play.joke"]
    assert (row["codes"], row["excerpts"], row["figures"]) == (1, 0, 0)
    assert findings.themes_without_evidence(themes)["theme"].tolist() == ["Joke"]


def test_speakers_languages_and_posts_are_those_of_the_excerpts_and_not_of_the_figures(themes):
    row = themes.set_index("theme_id").loc["learn.ask"]
    assert row[["said_by_newcomer", "said_by_host", "said_by_both", "said_by_not_named"]].tolist() == [0, 1, 0, 1]
    assert (row["languages"], row["numbered_posts"]) == ("en zh", "62")


def test_each_code_names_its_evidence(evidence):
    codes = findings.evidence_by_code(coded.codebook(), evidence).set_index("code_id")
    assert codes.loc["ask.how", ["excerpts", "figures", "evidence_ids"]].tolist() == [2, 1, "e1 e3 e5"]
    assert codes.loc["joke.pun", ["excerpts", "figures"]].tolist() == [0, 0]


def test_evidence_may_support_a_theme_without_a_code():
    evidence = coded.frame("evidence", **{**EVIDENCE, "code_ids": ["play.joke"] * 5})
    themes = findings.evidence_by_theme(coded.codebook(), evidence).set_index("theme_id")
    assert themes.loc["play.joke", "excerpts"] == 2
    assert findings.evidence_by_code(coded.codebook(), evidence)["excerpts"].sum() == 0


def test_evidence_for_an_unknown_code_is_refused_with_the_nearest(evidence):
    wrong = evidence.assign(code_ids="ask.wyh")
    with pytest.raises(TableError, match=r"evidence: code 'ask.wyh' is not in the codebook. Nearest: 'ask.why'"):
        findings.evidence_by_theme(coded.codebook(), wrong)


def test_evidence_is_counted_once_over_all_themes(evidence):
    assert findings.count_evidence(evidence) == {"evidence": 5, "excerpts": 2, "figures": 2}


def test_the_codebook_is_counted_by_level():
    assert findings.count_entries(coded.codebook()) == {"patterns": 2, "themes": 2, "codes": 3}


def test_no_evidence_is_not_computable(evidence):
    assert findings.evidence_by_theme(coded.codebook(), evidence.head(0)) == NotComputable("no evidence is shown")
    assert findings.count_evidence(evidence.head(0)) == NotComputable("no evidence is shown")


def test_the_map_has_a_mark_for_each_piece_of_evidence_and_names_every_theme(themes):
    axes = draw.affordances_map(themes).axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert {"Learn", "Play", "Ask", "Joke"} <= set(texts)
    assert texts.count("named, nothing shown") == 1
    # Two marks more: the key's.
    marks = sum(len(drawn.get_offsets()) for drawn in axes.collections)
    assert marks == themes[["excerpts", "figures"]].to_numpy().sum() + 2


def test_the_map_holds_its_marks_within_its_width_however_many_there_are(themes):
    axes = draw.affordances_map(themes.assign(excerpts=80)).axes[0]
    right = max(drawn.get_offsets()[:, 0].max() for drawn in axes.collections if len(drawn.get_offsets()))
    assert right < axes.get_xlim()[1]


def test_the_articles_evidence_fits_its_codebook(project):
    folder = project / "data/liu2025/published"
    codebook, evidence = (tables.read_table(folder / f"{name}.csv", name) for name in ("codebook", "evidence"))
    themes = findings.evidence_by_theme(codebook, evidence)
    assert themes["figures"].sum() == findings.count_evidence(evidence)["figures"]
    assert len(themes) == findings.count_entries(codebook)["themes"]


def test_what_is_shown_and_what_was_given_stand_beside_each_other_with_their_ranks():
    themes = pd.DataFrame({"pattern": ["P"] * 3, "theme": ["A", "B", "C"], "theme_id": ["a", "b", "c"],
                           "excerpts": [4, 1, 1], "figures": [0, 1, 1]})  # fmt: skip
    given = pd.DataFrame({"code_id": ["a", "b"], "units": [1, 5], "share": [0.1, 0.5], "creator_low": [0.0, 0.3],
                          "creator_high": [0.2, 0.7]})  # fmt: skip
    beside = findings.shown_and_given(themes, given)
    assert beside["rank_shown"].tolist() == [1, 2, 2]
    assert beside["rank_given"].tolist() == [2, 1, pd.NA]
    assert beside["share"].tolist()[:2] == [0.1, 0.5]
