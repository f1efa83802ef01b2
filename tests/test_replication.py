import re

import pytest

from analysis import pipeline, publish, replication
from analysis.checking import check_study
from analysis.study import open_study
from making import contents, copy_project, load

KEPT = ("_config.yml", "_toc.yml", "requirements.lock", "notebooks", "book", "data", "results")


def made_up_posts() -> str:
    """Forty made-up posts under usual names of columns, with what a page must not trust."""
    odd = [
        "<script>alert(1)</script> hi",
        "{{ sample_posts }} hello",
        "`x` [a](b.md) hello",
        "价格 $5_a_b$ hello",
        "你好",
    ]
    rows = [
        f'note-{1000 + place},person-{place % 9},"{odd[place % 5]} {place} #tag{place % 3}[话题]#",{place * 7}'
        for place in range(40)
    ]
    return "\n".join(["id,user,body,likes", *rows]) + "\n"


@pytest.fixture(scope="module")
def arrived(tmp_path_factory):
    """The compendium in another folder, with a study of one's own made out of a small table, and run."""
    root = tmp_path_factory.mktemp("arrived")
    copy_project(root, KEPT)
    capture = tmp_path_factory.mktemp("downloads") / "posts.csv"
    capture.write_text(made_up_posts(), encoding="utf-8")
    replication.new_study(root, "my-study", [capture])
    check_study(open_study("my-study", root))
    pipeline.run(open_study("my-study", root))
    return root


def test_a_small_table_becomes_a_study_that_runs(arrived):
    values = load(arrived / "results/my-study/values.json")
    assert values["corpus_posts"]["value"] == 40
    assert values["corpus_creators"]["value"] == 9
    assert {value["origin"] for value in values.values()} <= {"captured", "published"}


def test_no_capture_is_copied_into_the_compendium(arrived):
    capture = made_up_posts().encode()
    assert not [path for path, content in contents(arrived / "data").items() if content == capture]
    creators = open_study("my-study", arrived).table("posts")["creator_id"]
    assert not creators.str.contains("person").any()


def test_running_a_captured_study_twice_gives_the_same_bytes(arrived):
    before = contents(arrived / "results/my-study")
    pipeline.run(open_study("my-study", arrived), force=True)
    assert contents(arrived / "results/my-study") == before


def test_no_identifier_and_no_text_of_a_captured_post_is_in_the_results(arrived):
    told = "".join(content.decode() for content in contents(arrived / "results/my-study").values())
    # An opening that several posts share is shown, and what follows it is not.
    assert not re.findall(r"person-\d|note-10|alert\(1\)|hello \d", told)


def test_a_published_number_is_never_what_a_captured_study_computed(arrived):
    values = load(arrived / "results/my-study/values.json")
    ledger = (arrived / "results/my-study/tables/10-claims-ledger.csv").read_text(encoding="utf-8")
    assert "in_this_study" in ledger.splitlines()[0]
    assert values["published_migrants"]["text"] + " people" not in ledger


def test_a_decision_changed_in_study_yml_runs_the_notebooks_that_take_it_and_no_others(arrived):
    settings = arrived / "data/my-study/study.yml"
    before = settings.read_text(encoding="utf-8")
    changed, count = re.subn(r"^(  min_comments:\n    value:) \d+$", r"\1 33", before, flags=re.MULTILINE)
    assert count == 1
    settings.write_text(changed, encoding="utf-8")
    stale = stale_in(arrived)
    settings.write_text(before, encoding="utf-8")
    assert stale == {
        # It lists the reasons of all decisions, too.
        "03-sample": ["parameter min_comments: 20 → 33", "setting decisions changed"],
        "04-exchange": ["follows 03-sample, should their results change"],
        "09-robustness": ["parameter min_comments: 20 → 33"],
        "10-claims": ["follows 03-sample, 04-exchange, 09-robustness, should their results change"],
    }
    assert not stale_in(arrived)


def stale_in(root):
    """Why notebooks of the study would run, those that are not current."""
    return {outcome.step: outcome.reasons for outcome in pipeline.explain(open_study("my-study", root)) if outcome.ran}


def test_it_becomes_a_book_in_which_nothing_that_was_captured_runs(arrived):
    settings = arrived / "data/my-study/study.yml"
    title = 'title: "A <script>alert(2)</script> {{ x }} *title* {directive} [link](x.md)"'
    before = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub("^title: .*$", title, before, count=1, flags=re.MULTILINE), encoding="utf-8")
    pipeline.run(open_study("my-study", arrived))
    first = publish.build_book(open_study("my-study", arrived), say=lambda _: None)
    for page in first.parent.rglob("*.html"):
        content = page.read_text(encoding="utf-8")
        assert "<script>alert" not in content, page.name
    assert "*title* {directive} [link](x.md)" in (first.parent / "book/index.html").read_text(encoding="utf-8")
