import pytest

from analysis.errors import StudyError
from analysis.marked import line_of, read_marked
from analysis.settings import read_settings
from analysis.study import open_study

STUDY = """title: A study
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: es, language_name: Spanish, script: Latin}
  host:
    label: locals
    language: ja
    language_name: Japanese
    script: Japanese
tables:
  posts: {file: corpus/posts.parquet, origin: captured}
mapping:
  posts:
    - columns: {post_id: id, account_name: by}
    - columns:
        post_id: id
        text: body
privacy:
  keep: []
  quote: none
to_confirm:
  - who arrived
decisions:
  min_comments:
    value: 20
    reason: A screenful.
  robustness:
    value:
      min_comments: [10, 20]
    reason: Others.
"""


def told(tmp_path, *changes: tuple[str, str], text: str = STUDY) -> list[str]:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "study.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_settings(path, where="data/my/study.yml", original=False)
    return str(error.value).splitlines()


def test_a_study_yml_in_order_is_read(tmp_path):
    (tmp_path / "study.yml").write_text(STUDY, encoding="utf-8")
    read = read_settings(tmp_path / "study.yml", where="x", original=False)
    assert read["to_confirm"] == ["who arrived"]
    assert read["mapping"]["posts"][1]["columns"]["text"] == "body"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("value: 20", "value: 20 posts", "line 25: decisions, min_comments: found '20 posts'; expected a count"),
        ("min_comments:\n    value: 20", "asking_codes:\n    value: [a.b, 3]", "line 25: decisions, asking_codes: f"),
        ("min_comments:\n    value: 20", "asking_codes:\n    value: a.b", "line 25: decisions, asking_codes: found"),
        ("value: 20", "vaule: 20", "line 24: decisions, min_comments: expected a value and a reason; found"),
        ("reason: A screenful.", "reason:", "line 26: decisions, min_comments: found None as its reason"),
        ("min_comments: [10", "min_coments: [10", "line 28: decisions, robustness: 'min_coments' is not a decision."),
        ("  min_comments:\n    value: 20", "  min_cmments:\n    value: 20", "line 24: decisions: 'min_cmments' is not"),
        ("    script: Japanese", "    scrpt: Japanese", "line 9: sides, host: 'scrpt' is not known. Nearest: 'scrip"),
        ("    script: Japanese", "    scrpt: Japanese", "line 5: sides, host: 'script' is missing."),
        ("    label: locals", "    label:", "line 6: sides, host, label: found None; expected a text."),
        ("language: ja", "language: no", "line 7: sides, host, language: found False; expected a text. Put no in qu"),
        ("language: ja", "language: other", "line 7: sides, host, language: found 'other', which stands for texts in"),
        ("  host:", "  hots:", "line 5: sides: 'hots' is not known. Nearest: 'host'."),
        ("title: A study", "title:", "line 1: title: found None; expected a text."),
        ("platform: Somewhere", "platform: yes", "line 2: platform: found True; expected a text."),
        ("platform: Somewhere\n", "", "line 1: 'platform' is missing."),
        ("origin: captured", "origin: catured", "line 11: tables, posts: origin 'catured' is not one of published"),
        ("{file: corpus/posts.parquet", "{file: 3", "line 11: tables, posts, file: found 3; expected a text."),
        ("origin: captured}", "origin: captured, columns: {post_id: id}}", "line 11: tables, posts: 'columns' stands"),
        ("        text: body", "        txt: body", "line 17: mapping, posts, 2: 'txt' is not a column of posts."),
        ("    - columns: {post_id: id, account_name: by}", "    - post_id: id", "line 14: mapping, posts, 1: expected"),
        ("  posts:\n    -", "  psts:\n    -", "line 13: mapping: 'psts' is not one of posts, comments, creators."),
        ("keep: []", "keep: [place]", "line 19: privacy, keep: found ['place']; expected a list out of places"),
        ("quote: none", "quote: [17]", "line 20: privacy, quote: found [17]; expected none, all, or a list"),
        ("quote: none", "quotes: none", "line 20: privacy: 'quotes' is not known; there are keep and quote. Nearest"),
        ("  - who arrived", "  who: arrived", "line 21: to_confirm: found {'who': 'arrived'}; expected a list of"),
        ("to_confirm:", "to_cnfirm:", "line 21: 'to_cnfirm' is not known here. Nearest: 'to_confirm'."),
        ("privacy:", "capture: {license: CC0}\nprivacy:", "line 18: capture: 'license' is not known; there are da"),
        ("title: A study", "title: Study #1", "line 1: title: '#1' would be taken for a comment and be l"),
        ("    label: locals", "    label: the #new ones", "line 6: sides, host, label: '#new ones' would be tak"),
        ("privacy:", "capture: 2025\nprivacy:", "line 18: capture: found 2025; expected keys such as date, by, lic"),
    ],
)  # fmt: skip
def test_a_problem_is_told_with_its_line(tmp_path, old, new, expected):
    lines = told(tmp_path, (old, new))
    assert any(line.startswith(f"data/my/study.yml, {expected}") for line in lines), lines
    assert lines[-1] == "Correct data/my/study.yml, then run the same command again."


def test_all_problems_are_told_at_once_each_with_its_line(tmp_path):
    lines = told(tmp_path, ("value: 20", "value: -1"), ("origin: captured", "origin: x"), ("label: locals", "label: 7"))
    assert [line.split(":")[0] for line in lines[:-1]] == [f"data/my/study.yml, line {line}" for line in (6, 11, 25)]


def test_a_key_that_stands_twice_is_a_problem(tmp_path):
    (line, *_) = told(tmp_path, ("    reason: A screenful.", "    value: 30\n    reason: A screenful."))
    assert line == (
        "data/my/study.yml, line 26: 'decisions, min_comments, value' stands already in line 25. Take one of them out."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: a: b", "data/my/study.yml, line 1: not readable: a colon where none can be; a text with a colon"),
        (
            "title: a\n\tplatform: b",
            "data/my/study.yml, line 2: not readable: a tab; lines are indented by spaces.",
        ),
        ("title: a\ncapture: {date: 2025-13-45}", "data/my/study.yml, line 2: not readable: there is no such day or"),
        ("{[a]: b}", "data/my/study.yml, line 1: not readable: a key in brackets; expected a word."),
        (
            'title: "a\nplatform: b\n',
            "data/my/study.yml, line 1: not readable: a quote that is opened and",
        ),
        ("a: b\ntitle\nplatform: b", "data/my/study.yml, line 2: not readable: a line without a colon; expected a key"),
        ("a: b\nkeep: [a, b\nplatform: b", "data/my/study.yml, line 2: not readable: a list that is opened with ["),
        ("a: b\nkeep: {a: b\nplatform: b", "data/my/study.yml, line 2: not readable: a block that is opened with {"),
        ("a:\n  b: 1\n c: 2", "data/my/study.yml, line 3: not readable: a line with another margin than its"),
        ("a: b\nby: @me", "data/my/study.yml, line 2: not readable: a text that begins with a sign such as @"),
        ("a: b\nby: *me", "data/my/study.yml, line 2: not readable: a text that begins with *; put it in quotes."),
        ("", "data/my/study.yml: expected keys such as title, platform, sides and tables; found None."),
        ("- a", "data/my/study.yml: expected keys such as title, platform, sides and tables; found ['a']."),
        ("a: &b [*b]", "data/my/study.yml, line 1: 'title' is missing."),
    ],
)
def test_what_is_no_study_yml_is_told(tmp_path, text, expected):
    assert told(tmp_path, text=text)[0].startswith(expected)


@pytest.mark.parametrize("key", ["to_confirm", "capture", "mapping", "privacy", "decisions", "about"])
def test_a_key_of_which_all_lines_were_taken_out_is_as_if_it_were_not_there(tmp_path, key):
    without = STUDY[: STUDY.index("mapping:")]
    (tmp_path / "study.yml").write_text(f"{without}{key}:\n", encoding="utf-8")
    assert key not in read_settings(tmp_path / "study.yml", where="x", original=False)


def test_a_comment_after_a_text_stays_a_comment(tmp_path):
    (tmp_path / "study.yml").write_text(STUDY.replace("A study", "'Study #1'  # so far"), encoding="utf-8")
    assert read_settings(tmp_path / "study.yml", where="x", original=False)["title"] == "Study #1"


def test_a_file_in_another_encoding_is_told(tmp_path):
    (tmp_path / "study.yml").write_bytes("title: 研究".encode("gb18030"))
    with pytest.raises(StudyError, match="data/my/study.yml: byte 7 is not UTF-8. Save the file as UTF-8."):
        read_settings(tmp_path / "study.yml", where="data/my/study.yml", original=False)


def test_a_study_yaml_is_to_be_renamed(small):
    (small / "data/my").mkdir()
    (small / "data/my/study.yaml").write_text("title: x")
    with pytest.raises(StudyError, match=r"data/my/study.yaml: the file must be called study.yml. Rename it."):
        open_study("my")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "study.yml").write_text(STUDY, encoding="utf-8-sig")
    assert read_settings(tmp_path / "study.yml", where="x", original=False)["title"] == "A study"


def test_the_line_of_what_is_not_there_is_that_of_what_is_around_it():
    marked = read_marked("a:\n  - b: 1\n  - c: 2\n", where="x")
    assert line_of(("a", "2", "d", "e"), marked.lines) == 3
    assert line_of(("z",), marked.lines) == 1
