from dataclasses import replace

import pytest

from analysis import study
from analysis.called import CALLED
from analysis.computable import NotComputable
from analysis.errors import StudyError, TableError

CONFIDENCE = "confidence:\n    value: 0.95"


def rewrite(small, old: str, new: str) -> None:
    path = small / "data/liu2025/study.yml"
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def test_a_study_knows_its_title_sides_and_decisions(small):
    opened = study.open_study()
    assert (opened.title, opened.platform, opened.is_original) == ("A small study", "Somewhere", True)
    assert opened.sides["host"].language_name == "Japanese"
    assert opened.decide("min_comments") == 20
    assert opened.decide("min_comments", 5) == 5


def test_a_table_is_read_from_where_study_yml_says(small):
    assert list(study.open_study().table("hashtags")["posts"]) == [30, 10]
    assert study.open_study().origin_of("hashtags") == "published"


def test_a_table_that_the_study_lacks_is_not_computable(small):
    assert study.open_study().table("comments") == NotComputable("the study has no comments")


def test_a_table_can_come_from_another_study(small):
    (small / "data/other").mkdir()
    settings = (small / "data/liu2025/study.yml").read_text(encoding="utf-8").split("decisions:")[0]
    settings = settings.replace("{file: hashtags.csv, origin: published}", "{from: liu2025}")
    (small / "data/other/study.yml").write_text(settings, encoding="utf-8")
    other = study.open_study("other")
    assert len(other.table("hashtags")) == 2
    assert other.origin_of("hashtags") == "published"
    assert (other.holder_of("hashtags").name, other.holder_of("posts").name) == ("liu2025", "other")
    assert other.files_of("hashtags") == study.open_study().files_of("hashtags")
    assert other.decide("posts_wanted") == 120


def other_study(small, old: str, new: str) -> study.Study:
    (small / "data/other").mkdir(exist_ok=True)
    settings = (small / "data/liu2025/study.yml").read_text(encoding="utf-8").split("decisions:")[0]
    assert old in settings
    (small / "data/other/study.yml").write_text(settings.replace(old, new), encoding="utf-8")
    return study.open_study("other")


HASHTAGS_HERE = "{file: hashtags.csv, origin: published}"


def test_a_result_is_worth_as_little_as_the_least_of_its_tables(small):
    mixed = other_study(small, HASHTAGS_HERE, "{file: hashtags.csv, origin: stand-in}")
    assert mixed.origin_of("posts") == "captured"
    assert mixed.origin_of("posts", "hashtags", "comments") == "stand-in"
    assert study.open_study().origin_of("hashtags", "posts") == "captured"


def test_a_table_comes_from_a_study_that_holds_it_itself(small):
    for holder in ("other", "liu2025"):
        with pytest.raises(StudyError, match=r"tables, hashtags|tables, comments"):
            other_study(small, HASHTAGS_HERE, f"{{from: {holder}}}\n  comments: {{from: {holder}}}").table("comments")


def test_a_table_at_an_address_is_told_where_it_is_named_and_for_the_study_that_asks(small):
    rewrite(small, HASHTAGS_HERE, "{file: 's3a://far/tags', origin: published}")
    assert study.open_study().address_of("hashtags") == "s3a://far/tags"
    other = other_study(small, "{file: 's3a://far/tags', origin: published}", "{from: liu2025}")
    assert (other.address_of("hashtags"), other.address_of("posts"), other.address_of("codings")) == (
        "s3a://far/tags", "", "",
    )  # fmt: skip
    told = "^data/liu2025/study.yml: tables, hashtags: s3a://far/tags is an address.* compendium sample other --engine"
    with pytest.raises(StudyError, match=told):
        other.table("hashtags")


@pytest.mark.parametrize("name", ["../liu2025", "a b", "", ".hidden"])
def test_a_name_that_leads_elsewhere_is_no_name_for_a_study(small, name):
    with pytest.raises(StudyError, match="is not a name for a study"):
        study.open_study(name)


def test_the_folder_of_a_run_under_way_is_that_of_its_study_alone(small, monkeypatch):
    monkeypatch.setenv("COMPENDIUM_RESULTS", str(small / "results/.other.run"))
    assert study.open_study().results == small / "results/liu2025"
    assert other_study(small, "title", "title").results == small / "results/.other.run"


def test_a_notebook_sees_the_values_of_earlier_ones_only(small):
    (small / "results/liu2025").mkdir(parents=True)
    (small / "results/liu2025/values.json").write_text('{"a": {"notebook": "01-x"}, "b": {"notebook": "02-y"}}')
    assert list(study.open_study().earlier_values("02-y")) == ["a"]


def test_an_unknown_study_is_told_with_the_nearest(small):
    with pytest.raises(StudyError, match=r"no study 'liu2026'.*Nearest: 'liu2025'. Studies here: liu2025"):
        study.open_study("liu2026")


def test_a_folder_without_a_compendium_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match="No compendium at or above"):
        study.open_study()


def test_an_unknown_decision_is_told_with_the_nearest(small):
    with pytest.raises(StudyError, match="'min_coments' is not a decision. Nearest: 'min_comments'"):
        study.open_study().decide("min_coments")


def test_an_unknown_table_is_told_with_the_nearest(small):
    with pytest.raises(StudyError, match="'post' is not a canonical table. Nearest: 'posts'"):
        study.open_study().table("post")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: A small study", "titel: A small study", "'title' is missing."),
        ("title: A small study", "titel: A small study", "'titel' is not known here. Nearest: 'title'."),
        ("title: A small study", "title: [", "not readable: a list that is opened with [ and not closed"),
        ("newcomer:", "newcommer:", "sides: 'newcomer' is missing."),
        ("script: Kana", "scrpt: Kana", "sides, host: 'scrpt' is not known. Nearest: 'script'."),
        ("  posts: {", "  pots: {", "tables: 'pots' is not a canonical table. Nearest: 'posts'."),
        ("origin: captured", "origin: catured", "tables, posts: origin 'catured' is not one of published"),
        ("origin: captured}", "origin: captured, colums: {}}", "tables, posts: 'colums' is not known. Nearest:"),
        ("origin: captured}", "origin: captured, columns: {like: n}}", "'like' is not a column of posts. Nearest"),
        ("origin: captured}", "origin: captured, columns: [a]}", "'columns' maps each column to one of the file"),
        ("{file: posts.csv, origin: captured}", "posts.csv", "tables, posts: expected a file and an origin"),
        ("value: 120", "value: many", "decisions, posts_wanted: found 'many'; expected a count from 0."),
        ("value: search_rank", "value: rank", "decisions, engagement_by: found 'rank'; expected search_rank or likes."),
        (CONFIDENCE, "confidence:\n    value: 95", "decisions, confidence: found 95; expected a share from 0 to 1."),
        (CONFIDENCE, "confidence:\n    value: true", "confidence: found True; expected a share from 0 to 1."),
        ("  base_items:", "  base_itms:", "decisions: 'base_items' is missing."),
        ("[10, 20, 40]", "20", "decisions, robustness: min_comments: found 20; expected a list of values."),
        ("[10, 20, 40]", "[-1]", "decisions, robustness: min_comments: found -1; expected a count from 0."),
    ],
)  # fmt: skip
def test_a_broken_study_yml_is_told(small, old, new, told):
    rewrite(small, old, new)
    with pytest.raises(StudyError) as error:
        study.open_study()
    assert told in str(error.value)
    assert "data/liu2025/study.yml" in str(error.value)


def test_all_problems_of_a_study_yml_are_told_at_once(small):
    rewrite(small, "title: A small study", "titel: x")
    rewrite(small, "script: Kana", "scrpt: Kana")
    rewrite(small, "value: 120", "value: many")
    with pytest.raises(StudyError) as error:
        study.open_study()
    assert len(str(error.value).splitlines()) == 6


def test_a_broken_table_is_told_by_the_path_that_the_user_knows(small):
    (small / "data/liu2025/hashtags.csv").write_text("hashtag\nfirst\n")
    with pytest.raises(TableError, match=r"^data/liu2025/hashtags.csv: column 'posts' is missing."):
        study.open_study().table("hashtags")


def test_what_was_never_filled_in_is_not_stated(small):
    rewrite(small, "platform: Somewhere", "platform: the platform (to be filled in)")
    rewrite(small, "about: Three posts, to see", "about: Three posts (to be filled in), to see")
    rewrite(small, "sides:", "capture: {date: in  May, by: to be filled in, licence: null}\nsides:")
    opened = study.open_study()
    assert opened.capture == {"date": "in May"}
    assert opened.platform == "a platform that is not stated"
    assert opened.about == "What this study is about is not stated yet."


def test_every_decision_is_told_with_its_reason_and_the_value_that_was_taken(small):
    opened = study.open_study()
    told = opened.reasons({"min_comments": 5}).set_index("decision")
    assert set(told.index) == {CALLED[name] for name in opened.decisions}
    assert told.loc["comments at least", ["value", "reason"]].tolist() == ["5", "given for this run"]
    assert told.loc["confidence of intervals", "reason"] == "The customary level."
    assert "; comments at least 10, 20, 40; " in told.loc["values tried for robustness", "value"]


def test_a_file_elsewhere_that_is_not_there_is_named_by_its_whole_path(project, tmp_path):
    elsewhere, original = tmp_path / "gone.csv", study.open_study(root=project)
    tables = {"codings": {"file": str(elsewhere), "origin": "captured"}}
    with pytest.raises(TableError) as told:
        replace(original, settings={**original.settings, "tables": tables}).table("codings")
    assert str(told.value).startswith(f"{elsewhere}: there is no such file")
