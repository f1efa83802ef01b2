import csv
import datetime as dt
import hashlib
import importlib
import json
import re
import shutil
from types import SimpleNamespace

import pytest

from analysis import importing, pipeline, publish, recorded
from analysis.errors import StudyError
from analysis.study import open_study
from making import PROJECT, contents, copy_project, load

DAY = dt.date(2026, 11, 23)
KEPT = ("_config.yml", "_toc.yml", "requirements.lock", "notebooks", "book", "data", "results")
POSTS = PROJECT.parent / "shared/data/tiktokrefugee-posts/posts.csv"


@pytest.fixture(scope="module")
def real(tmp_path_factory, request):
    """The compendium in another folder, with the real posts imported and run."""
    if not POSTS.is_file():
        pytest.skip("the real posts are not here")
    root = tmp_path_factory.mktemp("real")
    copy_project(root, KEPT)
    for left in ("corpus", "private"):
        shutil.rmtree(root / "data/refugees722" / left, ignore_errors=True)
    shutil.rmtree(root / "results/refugees722", ignore_errors=True)
    importing.import_captures(open_study("refugees722", root), [POSTS])
    pipeline.run(open_study("refugees722", root))
    return root


def test_the_original_is_not_recorded_for_its_own_book(small):
    with pytest.raises(StudyError, match="is the original"):
        recorded.record_run(open_study(), on=DAY)


def test_a_study_that_has_not_run_is_not_recorded(small):
    shutil.copytree(small / "data/liu2025", small / "data/other")
    with pytest.raises(StudyError, match=r"holds no values. Run: compendium run other"):
        recorded.record_run(open_study("other"), on=DAY)


def test_another_study_does_not_take_the_recorded_ones_place_unasked(once):
    shutil.copytree(once / "data/liu2025", once / "data/other")
    shutil.copytree(once / "results/liu2025", once / "results/other")
    (once / "data/other/posts.csv").write_text("a file to take the checksum of")
    (once / "data/liu2025/recorded.json").write_text('{"study": "refugees722", "values": {}}')
    with pytest.raises(StudyError, match="holds the run of refugees722.*compendium record other --replace"):
        recorded.record_run(open_study("other"), on=DAY)
    recorded.record_run(open_study("other"), on=DAY, replace=True)
    assert load(once / "data/liu2025/recorded.json")["study"] == "other"


def test_what_was_measured_stands_beside_what_was_recorded_and_is_marked_as_recorded(small):
    folder = small / "data/liu2025"
    assert recorded.recorded_values(open_study()) == {}
    (folder / "recorded.json").write_text(json.dumps({"study": "other", "values": {"recorded_posts": {"value": 3}}}))
    speed = recorded.measured({"speed_cold_seconds": (4.25, "4.25")})
    (folder / "speed.json").write_text(json.dumps({"values": speed}))
    found = recorded.recorded_values(open_study())
    assert found["recorded_posts"] == {"value": 3}
    assert found["recorded_speed_cold_seconds"] == {
        "value": 4.25, "text": "4.25", "unit": "", "missing": "", "origin": "measured", "claim": "", "recorded": True,
    }  # fmt: skip


def test_the_book_can_tell_what_was_recorded_and_what_was_measured(once, monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "book/_ext"))
    values = importlib.import_module("compendium_values")
    folder = once / "data/liu2025"
    (folder / "recorded.json").write_text(json.dumps({"study": "other", "values": {"recorded_posts": {"value": 3}}}))
    (folder / "speed.json").write_text(json.dumps({"values": recorded.measured({"speed_cold": (4.25, "4.25")})}))
    found = values.all_values(SimpleNamespace(compendium_study="liu2025", compendium_root=str(once)))
    assert {"first_posts", "recorded_posts", "recorded_speed_cold"} <= set(found)


def test_the_recorded_run_is_what_the_real_posts_give(real):
    before = load(PROJECT / "data/liu2025/recorded.json")
    recorded.record_run(open_study("refugees722", real), on=dt.date.fromisoformat(before["recorded_on"]))
    assert load(real / "data/liu2025/recorded.json") == before


def test_the_recorded_run_names_its_capture(real):
    values = load(PROJECT / "data/liu2025/recorded.json")["values"]
    assert values["recorded_capture_sha256"]["text"] == hashlib.sha256(POSTS.read_bytes()).hexdigest()
    assert all(value["origin"] == "captured" and value["recorded"] for value in values.values())


def test_what_posts_alone_cannot_give_is_missing_and_never_a_number(real):
    values = load(real / "results/refugees722/values.json")
    for name in (
        "exchange_replies",
        "coding_codings",
        "saturation_coverage",
        "agreement_percent",
        "sample_after_exchange",
    ):
        assert values[name]["value"] is None
        assert values[name]["text"].startswith("not computable: ")


def test_no_stand_in_reaches_a_study_of_captured_posts(real):
    for name in ("values.json", "index.json"):
        assert "stand-in" not in {entry["origin"] for entry in load(real / "results/refugees722" / name).values()}


def test_no_result_of_captured_posts_names_an_account_or_quotes_a_text(real):
    with POSTS.open(encoding="utf-8-sig", newline="") as file:
        captured = list(csv.DictReader(file))
    pseudonyms = set(open_study("refugees722", real).table("posts")["creator_id"])
    names = {row[column] for row in captured for column in ("post_id", "user_id")} | pseudonyms
    texts = [row["content"].strip() for row in captured if len(row["content"].strip()) > 30]
    assert len(names) > 1_500
    assert len(texts) > 300
    everything = "\n".join(
        content.decode()
        for path, content in contents(real / "results/refugees722").items()
        if not path.endswith(".svg")
    )
    assert not [name for name in names if name in everything]
    assert not [text for text in texts if text[:30] in everything or json.dumps(text[:30])[1:-1] in everything]


def test_the_real_posts_become_a_book_of_their_own(real):
    first = publish.build_book(open_study("refugees722", real), say=lambda _: None)
    pages = {path: path.read_text(encoding="utf-8") for path in first.parent.rglob("*.html")}
    told = "".join(pages.values())
    assert len(pages) >= 12
    assert "722 posts under #tiktokrefugee" in told
    assert "not computable" in told
    assert 'class="origin origin-stand-in"' not in told


def test_the_readme_tells_what_is_recorded():
    told = (PROJECT / "README.md").read_text(encoding="utf-8")
    values = load(PROJECT / "data/liu2025/recorded.json")["values"]
    shown = (
        "corpus_posts",
        "corpus_creators",
        "corpus_share_newcomer_language",
        "sample_after_comments",
        "sample_reached",
    )
    assert not [name for name in shown if values[f"recorded_{name}"]["text"] not in told]
    assert values["recorded_on"]["text"] in told
    assert values["recorded_capture_sha256"]["text"][:12] in told


def test_the_readme_has_the_seconds_that_are_recorded():
    told = (PROJECT / "README.md").read_text(encoding="utf-8").partition("## Speed")[2]
    rows = dict(re.findall(r"^\| (\S.*?) \| ([\d.]+) \|$", told.partition("`python benchmarks/")[0], re.MULTILINE))
    values = load(PROJECT / "data/liu2025/speed.json")["values"]
    names = (
        "papermill", "script", "cold", "changed", "unchanged", "nbval", "verify", "jupyter_book", "book", "scan_25m",
        "sample_25m",
    )  # fmt: skip
    assert [*rows.values()] == [values[f"recorded_speed_{name}_seconds"]["text"] for name in names]
