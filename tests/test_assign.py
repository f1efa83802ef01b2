"""Packages for coders: who gets what, what is in a package, and what becomes of it when it comes back."""

import os

import openpyxl
import pandas as pd
import pytest

from analysis import cli, schema, tables
from analysis.assign import Asked, assign, dealt_to, draw, groups_of
from analysis.drawn import scope_of
from analysis.errors import BusyError, StudyError
from analysis.qda.arriving import import_codings
from analysis.qda.gathering import Asked as AskedIn
from analysis.qda.guids import guid_of
from analysis.study import open_study
from analysis.units import Corpus
from coded import frame
from conftest import lay_out
from export_making import POST, lay_out_study, words
from export_making import draw as draw_sample
from qda_making import (
    ANN,
    code_xml,
    codebook_xml,
    coding_xml,
    guid,
    project_xml,
    qdpx,
    read_refi,
    selection_xml,
    sources_xml,
    text_xml,
)

PARTS = {f"p{n:02}": [f"p{n:02}", f"c{n:02}"] for n in range(10)}


@pytest.fixture
def study(tmp_path):
    lay_out(tmp_path)
    return lay_out_study(tmp_path, documents=None)


def asked(*coders: str, overlap: int = 1, seed: int = 1, number: int = 1) -> Asked:
    return Asked(coders or ("ana", "ben"), overlap, seed, number)


def folders(study) -> dict[str, bytes]:
    out = study.folder / "out"
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("coders", "overlap"), [("ab", 0), ("ab", 4), ("abc", 2), ("abc", 10), ("abcd", 1)])
def test_so_many_are_shared_by_all_and_every_other_is_dealt_to_one(coders, overlap):
    dealt = dealt_to(PARTS, Asked(tuple(coders), overlap, 7))
    counted = pd.Series([part for parts in dealt.values() for part in parts]).value_counts()
    assert set(counted.index) == set(PARTS)
    assert (counted == len(coders)).sum() == overlap
    assert (counted == 1).sum() == len(PARTS) - overlap
    sizes = [len(parts) for parts in dealt.values()]
    assert max(sizes) - min(sizes) <= 1


def test_the_draw_depends_on_the_seed_and_not_on_the_order_of_rows():
    one, other = draw(PARTS, asked()), draw(dict(reversed(PARTS.items())), asked())
    pd.testing.assert_frame_equal(one, other)
    assert dealt_to(PARTS, asked(seed=2)) != dealt_to(PARTS, asked())


def test_a_post_stays_with_its_comments_and_shared_ones_do_not_stand_first():
    rows = draw(PARTS, asked(overlap=5))
    for _, mine in rows.groupby("coder"):
        assert mine["position"].tolist() == list(range(1, len(mine) + 1))
        units = mine["unit_id"].tolist()
        assert all(units[place + 1] == f"c{unit[1:]}" for place, unit in enumerate(units) if unit[0] == "p")
        assert mine["shared"].tolist() != sorted(mine["shared"], reverse=True)
    orders = [mine.loc[mine["shared"], "unit_id"].tolist() for _, mine in rows.groupby("coder")]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def corpus(*tables: str) -> Corpus:
    held = {
        "posts": frame("posts", post_id=["p1", "p2"]),
        "comments": frame("comments", comment_id=["c1", "c2"], post_id=["p1", "p1"]),
        "screenshots": frame("screenshots", screenshot_id=["s1", "s2"], post_id=["p1", "p1"], shows=["p1 c1", "c1 c2"]),
        # The second is a name alone, which nobody could code.
        "documents": frame("documents", unit_id=["d1", "d2"], text=["words", None]),
    }
    return Corpus(*(held[name] if name in tables else schema.empty(name) for name in held))


ALL = ("posts", "comments", "screenshots", "documents")
UNITS = [
    ("post", {"p1": ["p1", "c1", "c2", "s1"], "p2": ["p2"], "d1": ["d1"]}),
    ("text", {"p1": ["p1"], "p2": ["p2"], "c1": ["c1"], "c2": ["c2"], "s1": ["s1"], "d1": ["d1"]}),
    ("screenshot", {"s1": ["p1", "c1", "s1"], "s2": ["c2"], "d1": ["d1"]}),
]


@pytest.mark.parametrize(("unit", "groups"), UNITS, ids=[unit for unit, _ in UNITS])
def test_what_is_dealt_is_what_the_study_counts_by(unit, groups):
    assert groups_of(corpus(*ALL), unit, {"s1"}) == groups


def test_each_coder_gets_a_package_and_the_table_records_it(study):
    assigned = assign(study, asked())
    assert assigned.each == {"ana": 3, "ben": 3}
    names = {name.rsplit("/", 1)[-1] for name in folders(study) if "/ana/" in name}
    assert names == {"README.txt", "checksums.txt", "mine-ana-1.qdpx", "mine-ana-1.qdc", "mine-ana-1.xlsx"}
    recorded = tables.read_table(study.coding / "assignments.csv", "assignments")
    pd.testing.assert_frame_equal(recorded, assigned.rows)
    assert set(recorded["unit_id"]) == {"p1", "p2", "c1", "c2", "s1"}


def test_what_is_in_the_package_is_what_is_recorded(study):
    rows = assign(study, asked(overlap=2)).rows
    for coder, mine in rows.groupby("coder"):
        folder = study.folder / f"out/assigned/round-1/{coder}"
        project = read_refi(folder / f"mine-{coder}-1.qdpx")
        assert [source.name for source in project.sources] == mine["unit_id"].tolist()
        sheet = pd.read_excel(folder / f"mine-{coder}-1.xlsx", sheet_name="coding", engine="calamine")
        assert sheet["unit"].tolist() == mine["unit_id"].tolist()


def test_a_package_is_blind(study):
    assign(study, asked())
    project = read_refi(study.folder / "out/assigned/round-1/ben/mine-ben-1.qdpx")
    assert project.codings == []
    assert project.memos == []
    assert project.cases == []
    assert len(project.codes) == 6
    folder = "assigned/round-1/ben"
    for name, content in folders(study).items():
        # The workbook says of itself that it is not shared.
        if name.startswith(folder) and not name.endswith(".xlsx"):
            for secret in (b"shared", b"newcomer", b"ana", b"Friendly", b"laughs", b"a pun", b"search_rank"):
                assert secret not in content, (name, secret)
    sheet = pd.read_excel(study.folder / f"out/{folder}/mine-ben-1.xlsx", sheet_name="coding", engine="calamine")
    assert sheet[["learn.ask", "ask.why", "ask.how", "joke", "memo"]].isna().all(axis=None)


def test_the_package_of_a_later_round_offers_what_a_split_code_became(study):
    change = frame(
        "history", change_id=["h1", "h2"], round=[2, 2], change=["split", "remove"], code_id=["ask.why", "joke.pun"],
        becomes=["learn.ask.how-come learn.ask.what-for", None], by=["ana"] * 2, why=["clearer"] * 2,
    )  # fmt: skip
    tables.write_table(change, study.coding / "history.csv", "history")
    opened = open_study(study.name, study.root)
    offered = {}
    for number in (1, 2):
        assign(opened, asked(number=number))
        book = openpyxl.load_workbook(study.folder / f"out/assigned/round-{number}/ana/mine-ana-{number}.xlsx")
        offered[number] = {cell.value for cell in book["coding"][1]}
    new = {"learn.ask.how-come", "learn.ask.what-for"}
    assert offered[2] - offered[1] == new
    assert offered[1] - offered[2] == {"ask.why", "joke.pun"}


def test_the_sheet_has_a_column_for_each_code_that_may_be_given_and_the_codebook_beside(study):
    assign(study, asked())
    book = openpyxl.load_workbook(study.folder / "out/assigned/round-1/ana/mine-ana-1.xlsx")
    assert book.sheetnames == ["coding", "codebook"]
    header = [cell.value for cell in book["coding"][1]]
    assert header == [
        "unit",
        "coder",
        "round",
        "unit_type",
        "post_id",
        "text",
        "learn.ask",
        "ask.why",
        "ask.how",
        "joke",
        "memo",
    ]
    assert [cell.value for cell in book["codebook"]["A"]][1:] == [
        "learn",
        "learn.ask",
        "ask.why",
        "ask.how",
        "play",
        "joke",
    ]


def test_the_same_seed_gives_the_same_bytes(study, tmp_path):
    assign(study, asked())
    lay_out(tmp_path / "again")
    other = lay_out_study(tmp_path / "again", documents=None)
    assign(other, asked())
    assert folders(other) == folders(study)


def test_packages_of_captured_posts_say_that_they_are_personal_data(tmp_path):
    lay_out(tmp_path)
    study = lay_out_study(tmp_path, origin="captured", documents=None, memos=None)
    assign(study, asked())
    told = (study.folder / "out/assigned/round-1/ana/README.txt").read_text(encoding="utf-8")
    assert "these are personal data" in told
    assert "compendium import mine FILE --coder ana --round 1" in told


def test_a_round_that_was_given_out_is_not_given_out_again(study):
    assign(study, asked())
    before = folders(study), (study.coding / "assignments.csv").read_bytes()
    with pytest.raises(StudyError, match="Round 1 was given out already, to ana, ben; .* --round 2. To undo"):
        assign(study, asked(seed=9))
    assert (folders(study), (study.coding / "assignments.csv").read_bytes()) == before
    assert len(assign(study, asked(number=2)).rows) > 0
    assert set(tables.read_table(study.coding / "assignments.csv", "assignments")["round"]) == {1, 2}


def test_what_a_coder_put_into_the_folder_is_not_overwritten(study):
    folder = study.folder / "out/assigned/round-1/ben"
    folder.mkdir(parents=True)
    (folder / "coded.qdpx").write_text("a week of work")
    with pytest.raises(StudyError, match="out/assigned/round-1/ben: holds what was added or changed .*coded.qdpx"):
        assign(study, asked())
    assert not (study.coding / "assignments.csv").exists()
    assert list(folders(study)) == ["assigned/round-1/ben/coded.qdpx"]


def test_while_an_import_is_at_it_nothing_is_given_out(study):
    lock = study.folder / ".import.lock"
    lock.write_text(str(os.getppid()), encoding="utf-8")
    with pytest.raises(BusyError, match="compendium assign mine: another process"):
        assign(study, asked())
    assert not (study.folder / "out").exists()
    lock.unlink()
    assert len(assign(study, asked()).rows)
    assert not lock.exists()


def test_the_corpus_is_read_under_the_lock_and_an_import_waits_meanwhile(study, tmp_path, monkeypatch):
    from analysis import assign as assigning

    def reading(*given, **named):
        with pytest.raises(BusyError, match="compendium import mine: another process"):
            import_codings(study, [tmp_path / "back.csv"], AskedIn(), silent)
        return scope_of(*given, **named)

    (tmp_path / "back.csv").write_text("unit,joke\np1,1\n", encoding="utf-8")
    monkeypatch.setattr(assigning, "scope_of", reading)
    assert len(assign(study, asked()).rows)


def test_what_a_killed_import_left_aside_is_put_back_before_anything_is_recorded(study):
    study.coding.rename(study.folder / ".coding.before")
    before = {path.name for path in (study.folder / ".coding.before").iterdir()}
    assign(study, asked())
    assert {path.name for path in study.coding.iterdir()} == {*before, "assignments.csv"}


WRONG = [
    ("one coder", asked("ana"), "--coders: 1 named; expected two or more"),
    ("a name twice", asked("ana", "Ana"), "--coders: 'Ana' is named twice"),
    ("a path", asked("ana", "../ben"), "--coders: '../ben' cannot be the name of a folder"),
    ("a name of the system", asked("ana", "con"), "--coders: 'con' cannot be"),
    ("a name that ends in a dot", asked("ana", "ben."), "--coders: 'ben.' cannot be"),
    ("a name that is too long", asked("ana", "b" * 61), "at most 60"),
    ("too much overlap", asked(overlap=40), "--overlap: 40; there are 5 texts. Expected a number from 0 to 5"),
    ("too little", asked(overlap=-1), "--overlap: -1"),
    ("no round", asked(number=0), "--round: 0; expected a number from 1"),
    ("no seed", asked(seed=-1), "--seed: -1; expected a number from 0"),
]


@pytest.mark.parametrize(("what", "wrong", "told"), WRONG, ids=[what for what, *_ in WRONG])
def test_what_cannot_be_dealt_is_refused_and_nothing_is_written(study, what, wrong, told):
    with pytest.raises(StudyError) as caught:
        assign(study, wrong)
    assert told in str(caught.value)
    assert str(caught.value).endswith("Nothing was given out.")
    assert not (study.folder / "out").exists()


def test_all_problems_are_told_at_once(study):
    with pytest.raises(StudyError) as caught:
        assign(study, Asked(["ana", "ana", "a/b"], 99, -1, 0))
    assert len(str(caught.value).splitlines()) == 6


def test_names_in_any_script_can_be_given(study):
    assert set(assign(study, asked("José M", "李雷")).folders) == {"José M", "李雷"}


def test_without_screenshots_there_are_none_to_deal(tmp_path):
    lay_out(tmp_path)
    study = lay_out_study(tmp_path, documents=None, memos=None, screenshots=schema.empty("screenshots"))
    path = study.folder / "study.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: text", "value: screenshot"), encoding="utf-8")
    from analysis.study import open_study

    with pytest.raises(
        StudyError, match="coding_unit is screenshot, and there are no screenshots of these posts. In study"
    ):
        assign(open_study("mine", tmp_path), asked())


def silent(_step: str, _share: float) -> None:
    pass


def uncoded(tmp_path):
    lay_out(tmp_path)
    coded = ("codings", "documents", "memos", "cases", "attributes", "readings")
    return lay_out_study(tmp_path, **dict.fromkeys(coded))


def test_a_sheet_that_comes_back_is_that_coder_s_and_of_that_round(tmp_path):
    study = uncoded(tmp_path)
    rows = assign(study, asked(overlap=5, number=2)).rows
    path = study.folder / "out/assigned/round-2/ana/mine-ana-2.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["coding"]
    header = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        for code in ("ask.why", "ask.how", "learn.ask", "joke"):
            row[header.index(code)].value = int(code == "ask.why" and row[0].value == "p1")
    book.save(tmp_path / "back.xlsx")
    import_codings(study, [tmp_path / "back.xlsx"], AskedIn(), silent)
    codings = tables.read_table(study.coding / "codings.csv", "codings")
    assert codings[["unit_id", "code_id", "coder", "round"]].to_numpy().tolist() == [["p1", "ask.why", "ana", 2]]
    readings = tables.read_table(study.coding / "readings.csv", "readings")
    assert set(readings["unit_id"]) == set(rows.loc[rows["coder"] == "ana", "unit_id"])
    assert len(tables.read_table(study.coding / "codebook.csv", "codebook")) == 6


@pytest.mark.parametrize("keeps_guids", [True, False], ids=["with our identifiers", "with identifiers of its own"])
def test_a_project_that_comes_back_finds_its_places_and_its_round(tmp_path, keeps_guids):
    study = uncoded(tmp_path)
    rows = assign(study, asked(overlap=5)).rows
    units = rows.loc[rows["coder"] == "ana", "unit_id"]
    texts = {
        source.name: source.text
        for source in read_refi(study.folder / "out/assigned/round-1/ana/mine-ana-1.qdpx").sources
    }
    span = words(POST, "猫 a cat")
    selection = selection_xml(100, span["start"], span["end"], coding_xml(101, 1))
    sources, files = [], {}
    for number, unit in enumerate(units, start=10):
        if texts[unit] is None:
            sources.append(f'<PictureSource guid="{guid_of("unit", unit)}" name="{unit}"/>')
            continue
        made = text_xml(number, selection if unit == "p1" else "", name=unit, path=f"{unit}.txt")
        files[f"{unit}.txt"] = texts[unit].encode()
        sources.append(made.replace(guid(number), guid_of("unit", unit)) if keeps_guids else made)
    xml = project_xml(
        f'<Users><User guid="{ANN}" name="admin"/></Users>' + codebook_xml(code_xml(1, "Why")) + sources_xml(*sources)
    )
    from analysis.qda.project import Told

    import_codings(study, [qdpx(tmp_path, xml, files)], AskedIn(told=Told(coder="ana")), silent)
    codings = tables.read_table(study.coding / "codings.csv", "codings")
    assert codings[["unit_id", "start", "end", "code_id", "coder", "round"]].to_numpy().tolist() == [
        ["p1", span["start"], span["end"], "ask.why", "ana", 1]
    ]
    readings = tables.read_table(study.coding / "readings.csv", "readings")
    assert set(readings["unit_id"]) == set(units)


def test_only_the_sample_is_given_out_unless_all_is_asked_for(study):
    draw_sample(study.root, ["p2"])
    assert set(scope_of(study).posts["post_id"]) == {"p2"}
    assert set(assign(study, asked(), everything=False).rows["unit_id"]) == {"p2"}
    rows = assign(study, asked(number=2), everything=True).rows
    assert {"p1", "p2", "p3"} <= set(rows["unit_id"])


def test_the_command_gives_out_nothing_of_the_original_unless_it_is_named(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["compendium", "assign", "--coders", "ana,ben", "--overlap", "2"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith("compendium assign: no study is named. Name yours: compendium assign NAME --coders ana,ben")
    assert "To practise on the original: compendium assign liu2025, then the same. Nothing was given out." in told
