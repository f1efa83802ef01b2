"""Files of codings into a study: told apart from captures, put in place whole, and reported on."""

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from analysis import incoming, tables
from analysis.checking import check_study
from analysis.coded import coded_of
from analysis.computable import NotComputable
from analysis.errors import BusyError, CodingError, StudyError, TableError
from analysis.importing import import_captures
from analysis.qda import arriving
from analysis.qda.gathering import Asked
from analysis.qda.naming import named
from analysis.study import Study, open_study
from analysis.study_file import CODED
from making import contents
from qda_making import (
    code_xml,
    codebook_xml,
    coding_xml,
    guid,
    project_xml,
    qdpx,
    selection_xml,
    sources_xml,
    text_xml,
    users_xml,
)

STUDY = """
title: A small study
about: Posts and comments, coded.
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: en, language_name: English, script: Latin}
  host: {label: locals, language: zh, language_name: Chinese, script: Han}
tables:
  posts: {file: corpus/posts.parquet, origin: captured}
  comments: {file: corpus/comments.parquet, origin: captured}
  codebook: {file: coding/codebook.csv, origin: captured, from: liu2025}
"""
STUDY += "".join(f"  {name}: {{file: coding/{name}.csv, origin: captured}}\n" for name in CODED)
STUDY += """
mapping:
  posts:
    columns: {post_id: note, creator_id: who, title: heading, text: body}
  comments:
    columns: {comment_id: reply, post_id: note, author_id: who, text: words}
"""
POSTS = "note,who,heading,body\np1,u1,Hello,see @cem 猫\np2,u2,,other words\n"
COMMENTS = "reply,note,who,words\nc1,p1,u2,first 😀 words\n"
CODEBOOK = "code_id,name,parent_id,level,definition,include,exclude,basis,section,colour,codable,guid\n"


@pytest.fixture
def study(small: Path) -> Study:
    settings = small / "data/liu2025/study.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("decisions:", "  codebook: {file: codebook.csv, origin: published}\ndecisions:", 1),
        encoding="utf-8",
    )
    (small / "data/liu2025/codebook.csv").write_text(CODEBOOK + "talk,Talk,,code,,,,named,5,,,\n")
    folder = small / "data/mine"
    folder.mkdir()
    (folder / "study.yml").write_text(STUDY, encoding="utf-8")
    (small / "posts.csv").write_text(POSTS, encoding="utf-8")
    (small / "comments.csv").write_text(COMMENTS, encoding="utf-8")
    opened = open_study("mine", small)
    import_captures(opened, [small / "posts.csv", small / "comments.csv"])
    return opened


def coded(folder: Path, *, words: str = "😀 words", more: str = "", name: str = "ann.qdpx", lead: str = "") -> Path:
    """A project in which the comment and an interview are coded, and what else is given."""
    comment, interview = "first 😀 words", "I asked @bob about it"
    start = comment.index(words)
    inside = [
        users_xml(),
        codebook_xml(code_xml(1, "Talk"), code_xml(2, "New code", colour="#AA0000")),
        sources_xml(
            text_xml(10, selection_xml(20, start, start + len(words), coding_xml(21, 1)), name="c1", text=comment),
            text_xml(11, selection_xml(22, 13, 18, coding_xml(23, 2)), name="Interview", text=interview),
            text_xml(12, more, name="p1", text="Hello\nsee @cem 猫"),
        ),
    ]
    folder.mkdir(exist_ok=True)
    return qdpx(folder, project_xml("".join(inside) + lead, origin="by hand"), name=name)


def bring_in(study: Study, *files: Path, coder: str | None = None, number: int | None = None, **more) -> str:
    told, says = Console(file=io.StringIO(), width=200), named(coder, number)
    asked = Asked(says.told, instead=says.instead, standing=lambda: coded_of(study).standing, **more)
    incoming.bring_in(study, files, asked, told)
    return told.file.getvalue()


def spans(study: Study) -> dict[str, str]:
    """What each coding stands on."""
    texts = dict(zip(study.table("comments")["comment_id"], study.table("comments")["text"], strict=True))
    posts = study.table("posts")
    texts |= dict(zip(posts["post_id"], posts["title"].fillna("") + "\n" + posts["text"].fillna(""), strict=True))
    documents = study.table("documents")
    texts |= dict(zip(documents["unit_id"], documents["text"], strict=True))
    rows = study.table("codings").dropna(subset=["start"]).to_dict("records")
    return {row["coding_id"]: texts[row["unit_id"]][row["start"] : row["end"]] for row in rows}


def test_a_project_becomes_tables_that_the_study_reads(study, tmp_path):
    path = coded(tmp_path / "in", more=selection_xml(24, 15, 16, coding_xml(25, 1)))
    told = bring_in(study, path)
    assert spans(study) == {guid(21): "😀 words", guid(23): "about", guid(25): "猫"}
    codings = study.table("codings").set_index("coding_id")
    assert codings.loc[guid(21), ["unit_id", "unit_type", "code_id", "coder"]].tolist() == [
        "c1",
        "comment",
        "talk",
        "Ann",
    ]
    assert codings.loc[guid(25), "unit_id"] == "p1"
    assert study.table("codebook")["code_id"].tolist() == ["talk", "new-code"]
    assert "‹person›" in study.table("documents")["text"].item()
    assert study.table("readings")["unit_id"].nunique() == 3
    assert f"is {path}" in told
    assert "Selections that fit this: " in told
    assert check_study(study).tables[0] == "mine: settings and tables are in order."


def test_before_anything_is_imported_the_codebook_is_the_originals_and_codings_are_none(study):
    assert study.table("codebook")["code_id"].tolist() == ["talk"]
    assert study.table("codings") == NotComputable("the study has no codings")
    assert study.table("coded") == NotComputable("no codings were imported")
    assert study.origin_of("codebook") == "published"
    assert not study.holds("codebook")


def test_names_that_may_be_misspelt_are_told_once(study, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("unit,coder,code\nc1,ann,Talks\nc2,ann,Talk\nc1,ann,Elsewhere\n", encoding="utf-8")
    told = bring_in(study, path, documents=True)
    assert "New in the codebook, where no code was called so: Talks (like Talk), Elsewhere." in told
    assert "is called so or reads so: c2. If one was meant, correct its name in the file and import it again" in told
    again = bring_in(study, path)
    assert "New in the codebook" not in again
    assert "Kept as documents" not in again


UNKNOWN = """unit,coder,code
long-identifier-1,ann,Talk
LONG-IDENTIFIER-2,ann,Talk
long-identifeir-2,ann,Talk
long-iden,ann,Talk
long-identifier-2-,ann,Talk
nothing like it,ann,Talk
"""


@pytest.fixture
def longer(study) -> Study:
    """The study with identifiers that are long enough to be misspelt."""
    more = "note,who,heading,body\nlong-identifier-1,u1,One,text\nlong-identifier-2,u1,Two,text\n"
    (study.root / "longer.csv").write_text(more, encoding="utf-8")
    import_captures(study, [study.root / "longer.csv"])
    return study


def test_units_of_a_table_that_nobody_knows_are_refused_with_what_may_be_meant(longer, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text(UNKNOWN, encoding="utf-8")
    with pytest.raises(CodingError) as refused:
        bring_in(longer, path)
    told = str(refused.value).splitlines()
    assert told[0] == (
        f"{path}, line 4: unit 'long-identifeir-2' is no post, comment, screenshot or document of the study. "
        "Did you mean 'long-identifier-2'?"
    )
    assert told[1].endswith("of the study. 2 identifiers begin like this; it was cut short.")
    assert told[2].endswith("Did you mean 'long-identifier-2'?")
    assert told[3].endswith("unit 'nothing like it' is no post, comment, screenshot or document of the study.")
    assert told[4].startswith("Correct the units and import again.")
    assert "--documents" in told[4]
    assert not longer.coding.exists()
    bring_in(longer, path, documents=True)
    assert longer.table("documents")["name"].tolist().count("nothing like it") == 1


def test_an_identifier_in_capitals_is_the_one_that_differs_in_nothing_else(longer, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("unit,coder,code\nLONG-IDENTIFIER-2,ann,Talk\n", encoding="utf-8")
    told = bring_in(longer, path)
    assert longer.table("codings")["unit_id"].tolist() == ["long-identifier-2"]
    assert "taken for long-identifier-2, which differs in upper and lower case only" in told


def test_codes_that_differ_in_case_only_are_one(study, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("unit,coder,code\nc1,ann,TALK\np1,ann,talk\np2,ann,Talk\n", encoding="utf-8")
    assert "New in the codebook" not in bring_in(study, path)
    assert set(study.table("codings")["code_id"]) == {"talk"}


def test_who_coded_and_for_how_many_codes_silence_counts_is_told(study, tmp_path):
    path = tmp_path / "matrix.csv"
    path.write_text("unit,Talk\nc1,1\np1,0\n", encoding="utf-8")
    more = tmp_path / "more.csv"
    more.write_text("unit,coder,code\nc1,Ann,Talk\nc1,Ann,Quiet\n", encoding="utf-8")
    bring_in(study, more)
    told = bring_in(study, path, coder="ann")
    assert ": coded by ann, round 1 (1 coding)." in told
    assert "the file has 1 of the codebook's 2 codes. On the 2 units that it says were read, the other 1 count" in told
    assert "Ann and ann look like one coder, and count as two. If they are one, import the file of ann again" in told
    assert '--coder "ann=Ann"' in told
    bring_in(study, path, coder="ann=Ann")
    assert set(study.table("codings")["coder"]) == {"Ann"}


def test_what_an_earlier_import_took_out_is_not_told_again(study, tmp_path):
    first, later = tmp_path / "first.csv", tmp_path / "later.csv"
    first.write_text("unit,coder,code\nc1,ann,Talk\np1,ann,Talk\nx1,ann,Tlak\n", encoding="utf-8")
    later.write_text("unit,coder,code\nc1,ann,Talk\np1,ann,Talk\n", encoding="utf-8")
    bring_in(study, first, documents=True)
    told = bring_in(study, later)
    assert "of ann, round 1, 1 earlier codings are not in it and were taken out." in told
    assert "takes the place of table-" in told
    assert "as only an earlier file had it: 1 code (Tlak)." in told
    assert tables.read_table(study.coding / "documents.csv", "documents").empty
    assert study.table("codebook")["name"].tolist() == ["Talk"]
    again = bring_in(study, later)
    assert "taken out" not in again
    assert "takes the place" not in again
    assert "no longer" not in again


def test_of_many_new_names_the_first_are_told(study, tmp_path):
    path = tmp_path / "pairs.csv"
    rows = "".join(f"c1,ann,{letter * 9}\n" for letter in "abcdefghijklm")
    path.write_text(f"unit,coder,code\n{rows}", encoding="utf-8")
    assert f"{'j' * 9} and 3 more." in bring_in(study, path)


def test_the_same_file_again_leaves_every_byte(study, tmp_path):
    path = coded(tmp_path / "in")
    bring_in(study, path)
    before = contents(study.folder)
    assert "Nothing in them is new" in bring_in(study, path)
    assert contents(study.folder) == before


def test_captures_and_codings_come_in_by_one_command(study, tmp_path):
    more = tmp_path / "more.csv"
    more.write_text("note,who,heading,body\np3,u1,Third,post\n", encoding="utf-8")
    bring_in(study, coded(tmp_path / "in"), more)
    assert study.table("posts")["post_id"].tolist() == ["p1", "p2", "p3"]
    assert len(study.table("codings")) == 2


@pytest.mark.parametrize(
    "said",
    [{"coder": "ann"}, {"number": 2}, {"read_all": True}, {"documents": True}],
    ids=["coder", "round", "all", "documents"],
)
def test_what_is_said_of_codings_needs_codings(study, said):
    with pytest.raises(CodingError, match=r"--coder, .*--documents.* speak of codings, and no file holds"):
        bring_in(study, study.root / "posts.csv", **said)


def test_two_coders_files_merge_and_one_content_is_read_once(study, tmp_path):
    ann, again = coded(tmp_path / "in"), coded(tmp_path / "in", name="again.qdpx")
    assert ann.read_bytes() == again.read_bytes()
    told = bring_in(study, ann, again)
    assert f"{again}: the same content as {ann}; read once." in told
    bring_in(study, coded(tmp_path / "in", words="first", name="bob.qdpx"), coder="Ann=bob")
    assert sorted(study.table("codings")["coder"]) == ["Ann", "Ann", "bob", "bob"]


def test_a_failed_import_leaves_the_tables_as_they_were(study, tmp_path, monkeypatch):
    bring_in(study, coded(tmp_path / "in"))
    before = contents(study.folder)
    broken = tmp_path / "broken.qdpx"
    broken.write_bytes(coded(tmp_path / "in", words="first").read_bytes()[:-40])
    with pytest.raises(CodingError):
        bring_in(study, coded(tmp_path / "in", words="first", name="good.qdpx"), broken)
    assert contents(study.folder) == before

    def refuse(*_args):
        raise TableError("no room")

    monkeypatch.setattr(tables, "write_csv", refuse)
    with pytest.raises(TableError, match="no room"):
        bring_in(study, coded(tmp_path / "in", words="first"))
    assert contents(study.folder) == before


def test_an_import_that_was_killed_between_its_two_steps_is_put_right(study, tmp_path):
    bring_in(study, coded(tmp_path / "in"))
    before = contents(study.coding)
    study.coding.rename(study.folder / ".coding.before")
    bring_in(study, coded(tmp_path / "in"))
    assert contents(study.coding) == before
    assert not (study.folder / ".coding.before").exists()


def test_what_else_lies_in_the_folder_stays(study, tmp_path):
    study.coding.mkdir()
    (study.coding / "gists.csv").write_text("unit_id,gist,coder\np1,a greeting,Ann\n", encoding="utf-8")
    bring_in(study, coded(tmp_path / "in"))
    assert study.table("gists")["gist"].tolist() == ["a greeting"]


def test_another_process_that_imports_is_waited_for(study, tmp_path):
    (study.folder / ".import.lock").write_text(str(os.getppid()), encoding="utf-8")
    with pytest.raises(BusyError, match="another process"):
        bring_in(study, coded(tmp_path / "in"))


def test_the_originals_codings_are_not_replaced(study, tmp_path):
    with pytest.raises(StudyError, match="its codings are a stand-in"):
        bring_in(open_study(root=study.root), coded(tmp_path / "in"))


def test_tables_that_study_yml_does_not_name_are_told(study, tmp_path):
    path = study.folder / "study.yml"
    path.write_text("\n".join(line for line in STUDY.splitlines() if "coding/cod" not in line), encoding="utf-8")
    told = bring_in(open_study("mine", study.root), coded(tmp_path / "in"))
    assert "Add: codings: {file: coding/codings.csv, origin: captured}" in told
    assert "Add: readings" not in told


def test_a_missing_file_is_refused_with_all_problems(study, tmp_path):
    with pytest.raises(CodingError, match=r"(?s)gone.qdpx: there is no such file.*also.qdpx: there is no such file"):
        arriving.import_codings(study, [tmp_path / "gone.qdpx", tmp_path / "also.qdpx"], Asked(), lambda *_: None)


def test_a_picture_of_a_project_is_kept_by_its_content(study, tmp_path):
    start = f'<PictureSource guid="{guid(15)}" name="a view" path="internal://{guid(15)}.png">'
    picture = f"{start}{coding_xml(26, 1)}</PictureSource>"
    xml = project_xml(users_xml() + codebook_xml(code_xml(1, "Talk")) + sources_xml(picture))
    bring_in(study, qdpx(tmp_path, xml, {f"{guid(15)}.png": b"not really a picture"}))
    document = study.table("documents").iloc[0]
    assert (study.folder / document["path"]).read_bytes() == b"not really a picture"
    assert document["path"] == f"coding/files/{document['sha256'][:16]}.png"
    bring_in(study, coded(tmp_path / "in"))
    assert (study.folder / document["path"]).is_file()


def test_a_picture_goes_with_the_file_that_a_corrected_one_takes_the_place_of(study, tmp_path):
    start = f'<PictureSource guid="{guid(15)}" name="a view" path="internal://{guid(15)}.png">'
    picture = f"{start}{coding_xml(26, 1)}</PictureSource>"
    texts = [text_xml(number, coding_xml(17 + number, 1), name=name) for number, name in ((10, "c1"), (11, "p1"))]
    before = project_xml(users_xml() + codebook_xml(code_xml(1, "Talk")) + sources_xml(picture, *texts))
    after = project_xml(users_xml() + codebook_xml(code_xml(1, "Talk")) + sources_xml(*texts))
    bring_in(study, qdpx(tmp_path, before, {f"{guid(15)}.png": b"not really a picture"}))
    path = study.folder / study.table("documents").iloc[0]["path"]
    assert path.is_file()
    bring_in(study, qdpx(tmp_path, after, name="later.qdpx"))
    assert tables.read_table(study.coding / "documents.csv", "documents").empty
    assert not path.exists()


def test_selections_off_the_text_are_listed_on_the_terminal_and_in_the_table(study, tmp_path):
    told = bring_in(study, coded(tmp_path / "in", more=selection_xml(24, 500, 510, coding_xml(25, 1))))
    assert "Not on the text, and so left out: " in told
    assert "500–510" in told
    assert "500–510" in " ".join(study.table("coded")["value"].dropna())


def test_masking_leaves_texts_without_traces_alone():
    assert arriving.masked_texts([]) == []
    assert arriving.masked_texts(["", "plain"]) == ["", "plain"]
    assert arriving.masked_texts(["write to a@b.com", "plain", ""]) == ["write to ‹address›", "plain", ""]
