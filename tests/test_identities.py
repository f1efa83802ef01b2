"""Twenty identities are planted in a capture; none of them is in the corpus, the results or the book."""

import html
import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

import pandas as pd
import pytest

from analysis import importing, masking, pipeline, publish
from analysis.database import connected, frame, quoted
from analysis.privacy import masked
from analysis.study import open_study
from making import PROJECT, copy_project

KEPT = ("_config.yml", "_toc.yml", "requirements.lock", "notebooks", "book", "data/liu2025", "results/liu2025")
ACCOUNT, HOST = "5f9a0000000000000000beef", "5f9a0000000000000000cafe"
POST, COMMENT, REPLY = "6785e3010000000000abcdef", "679000000000000000fedcba", "679000000000000000fedcbb"
SENTENCE = "my grandmother taught turquoise kayaks to whisper sonatas behind the old observatory"
PROFILE = f"https://www.kolibri.example/user/profile/{ACCOUNT}?xsec_token=ABprofile="

# What was planted, and by which traces of it one would find the person.
PLANTED = {
    "account id": (ACCOUNT, sha256(ACCOUNT.encode()).hexdigest()[:16]),
    "nickname": ("zorvex", "quandt"),
    "name in a mention, with a space": ("mirabelka", "trost"),
    "e-mail": ("pepinot", "mailhost"),
    "telephone": ("867 5309", "8675309"),
    "mobile": ("13812345678",),
    "telephone with its area in brackets": ("244-9911",),
    "WeChat": ("kolibri77",),
    "QQ": ("884412907",),
    "Telegram": ("kolibrichat",),
    "Instagram": ("kolibri.snaps",),
    "link to a profile": ("kolibri.example", "abprofile"),
    "address of the post": ("abtokenkolibri",),
    "place": ("oberammergau",),
    "address of an image": ("img.kolibrihost",),
    "avatar": ("avatar.kolibrihost",),
    "bio": ("quillhaven",),
    "hashtag with a handle": ("kolibri88",),
    "file name": ("anselmo", "brandtmeier"),
    "comment author": (HOST, "tamsin", "oduya"),
    "author that a reply names": ("tamsinchen",),
    "post id": (POST,),
    "comment id": (COMMENT, REPLY),
    "sentence": ("turquoise kayak", "sonata", "taught turquois"),
}
# The researcher must find a post again, and read it.
IN_THE_CORPUS = {"post id", "comment id", "sentence"}
# What no reader hands on, whether or not it is masked.
NOT_READ = {"avatar", "file name"}
# What a researcher may keep on purpose.
KEEPABLE = {"place", "address of an image", "address of the post"}

STUDY = """
title: Planted
platform: Somewhere
sides:
  newcomer: {label: arrivals, language: en, language_name: English, script: Latin}
  host: {label: locals, language: zh, language_name: Chinese, script: Han}
tables:
  posts: {file: corpus/posts.parquet, origin: captured}
  comments: {file: corpus/comments.parquet, origin: captured}
  creators: {file: corpus/creators.parquet, origin: captured}
  imports: {file: corpus/imports.csv, origin: captured}
  codebook: {from: liu2025}
  sample: {from: liu2025}
  criteria: {from: liu2025}
  evidence: {from: liu2025}
  claims: {from: liu2025}
  implications: {from: liu2025}
  chronology: {from: liu2025}
  citations: {from: liu2025}
  references: {from: liu2025}
mapping:
  creators: {columns: {creator_id: user, self_description: bio}}
decisions:
  engagement_by: {value: likes, reason: There are no ranks.}
  likes_top_share: {value: 1.0, reason: All are wanted.}
  newcomer_share_at_least: {value: 0.1, reason: All are wanted.}
  min_comments: {value: 0, reason: All are wanted.}
  min_host_comments: {value: 0, reason: All are wanted.}
  min_creator_replies: {value: 0, reason: All are wanted.}
"""
TRACES = (
    f"Hello everyone, {SENTENCE}. Thanks @Mirabelka Trost! Write to pepinot.grau@mailhost.example or +1 555 867 5309, "
    "(555) 244-9911, 13812345678. 加微信 kolibri77 QQ：884412907 telegram: kolibrichat IG: kolibri.snaps "
    f"{PROFILE} #加微信kolibri88[话题]# #hello[话题]#"
)


def line(identifier: str, platform: str, data: dict) -> str:
    noted = {"item_id": identifier, "timestamp_collected": 1737200000000, "source_platform": platform}
    address = f"https://www.kolibri.example/explore/{identifier}?xsec_token=ABtokenKolibri="
    return json.dumps({"id": 1, **noted, "source_platform_url": address, "source_url": address, "data": data})


def post(identifier: str, account: str, name: str, text: str) -> str:
    card = {
        "note_id": identifier, "type": "normal", "title": f"{name} says hello", "desc": text,
        "time": 1736828928000,
        "ip_location": "Oberammergau",
        "user": {"user_id": account, "nickname": name, "avatar": "https://avatar.kolibrihost.example/zq.jpg"},
        "interact_info": {"liked_count": "17", "collected_count": "3", "comment_count": "2", "share_count": "0"},
        "tag_list": [{"name": "加微信kolibri88"}, {"name": "hello"}],
        "at_user_list": [{"user_id": HOST, "nickname": "Mirabelka Trost"}],
        "image_list": [{"url_default": f"https://img.kolibrihost.example/{account}/1.jpg"}],
    }  # fmt: skip
    data = {"id": identifier, "model_type": "note", "note_card": card, "xsec_token": "ABtokenKolibri="}
    return line(identifier, "xiaohongshu.com", data)


def comment(identifier: str, account: str, name: str, text: str, **more: object) -> dict:
    user = {"user_id": account, "nickname": name, "image": "https://avatar.kolibrihost.example/to.jpg"}
    return {
        "id": identifier, "note_id": POST, "content": text, "create_time": 1736850060000, "like_count": "1",
        "at_users": [], "user_info": user, "ip_location": "Oberammergau", **more,
    }  # fmt: skip


def captures(folder: Path) -> list[Path]:
    """A capture of posts, one of their comments, and a table of who describes themselves how."""
    reply = comment(REPLY, ACCOUNT, "Zorvex Quandt", "回复 Tamsinchen : 谢谢你", target_comment={"id": COMMENT})
    above = comment(COMMENT, HOST, "Tamsin Oduya", "欢迎 @Zorvex Quandt", sub_comment_count="1", sub_comments=[reply],
                    at_users=[{"nickname": "Zorvex Quandt"}])  # fmt: skip
    hello = "Hello everyone, I am one of several people who have come here today"
    others = [
        post(f"6785e3010000000000000{n:03}", f"5f9a00000000000000000{n:03}", f"Nobody {n}", hello) for n in range(12)
    ]
    contents = {
        "anselmo-brandtmeier.ndjson": [post(POST, ACCOUNT, "Zorvex Quandt", TRACES), *others],
        "anselmo-brandtmeier-comments.ndjson": [line(COMMENT, "xiaohongshu-comments", above)],
        "anselmo-brandtmeier.csv": ["user,bio", f"{ACCOUNT},IG: quillhaven_art"],
    }
    for name, lines in contents.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [folder / name for name in contents]


def lay_out(root: Path, settings: str = STUDY) -> Path:
    copy_project(root, KEPT, every_language=True)
    (root / "data/planted").mkdir()
    (root / "data/planted/study.yml").write_text(settings, encoding="utf-8")
    return root


def forms(content: str) -> Iterator[str]:
    """A content as it stands, and as whoever reads the file would see it."""
    unescaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), content)
    yield from (form.casefold() for form in (content, unescaped, html.unescape(content), unquote(content)))


def found(folder: Path, traces: tuple[str, ...]) -> list[str]:
    """The files below a folder in whose name or content one of the traces is."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        path.relative_to(folder).as_posix()
        for path in paths
        if any(trace in form for form in forms(f"{path.name} {readable(path)}") for trace in traces)
    ]


def readable(path: Path) -> str:
    if path.suffix == ".parquet":
        with connected() as db:
            return frame(db, f"FROM read_parquet({quoted(str(path))})").to_csv()
    return path.read_bytes().decode("utf-8", errors="ignore")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The planted capture imported, run and made into a book."""
    root = lay_out(tmp_path_factory.mktemp("compendium"))
    importing.import_captures(open_study("planted", root), captures(tmp_path_factory.mktemp("captures")))
    study = open_study("planted", root)
    pipeline.run(study)
    publish.build_book(study, say=lambda _: None)
    return root


@pytest.mark.parametrize("kind", PLANTED)
def test_no_identity_is_in_the_results(root, kind):
    assert found(root / "results/planted", PLANTED[kind]) == []


@pytest.mark.parametrize("kind", PLANTED)
def test_no_identity_is_in_the_book(root, kind):
    assert found(root / "_build", PLANTED[kind]) == []


@pytest.mark.parametrize("kind", sorted(PLANTED.keys() - IN_THE_CORPUS))
def test_no_identity_is_in_the_corpus(root, kind):
    assert found(root / "data/planted", PLANTED[kind]) == []


@pytest.mark.parametrize("kind", sorted(IN_THE_CORPUS))
def test_the_researcher_finds_a_post_and_a_comment_again(root, kind):
    assert found(root / "data/planted/corpus", PLANTED[kind])


def test_the_post_with_the_identities_is_in_the_sample_and_on_its_page(root):
    shown = masked(pd.Series([POST])).iloc[0]
    assert "03-sample-posts.csv" in str(found(root / "results/planted", (shown,)))
    assert "03-sample.html" in str(found(root / "_build", (shown,)))


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The same capture imported with nothing taken out."""
    root = tmp_path_factory.mktemp("bare")
    shutil.copytree(PROJECT / "data/liu2025", root / "data/liu2025")
    shutil.copy(PROJECT / "_config.yml", root)
    (root / "data/planted").mkdir()
    keep = "privacy: {keep: [places, images, addresses]}\n"
    (root / "data/planted/study.yml").write_text(STUDY + keep, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masking, "_masks", lambda: ["masked_text(captured, names) AS captured"])
        patch.setattr(
            masking, "_digests", lambda key: ["pseudonym(account, account_name) AS concat(account, account_name)"]
        )
        importing.import_captures(open_study("planted", root), captures(tmp_path_factory.mktemp("captures")))
    return root / "data/planted/corpus"


@pytest.mark.parametrize("kind", sorted(PLANTED.keys() - NOT_READ))
def test_each_identity_is_there_and_is_found_where_it_is_not_taken_out(bare, kind):
    assert found(bare, PLANTED[kind])


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("written", [str, str.upper, json.dumps, html.escape, quote])
def test_a_trace_is_found_however_it_is_written(tmp_path, kind, written):
    for trace in PLANTED[kind]:
        (tmp_path / "page.html").write_text(f"<p>x{written(trace)}x</p>", encoding="utf-8")
        assert found(tmp_path, (trace,)) == ["page.html"]


def test_a_trace_in_the_name_of_a_file_is_found(tmp_path):
    (tmp_path / "anselmo.txt").write_text("nothing")
    assert found(tmp_path, PLANTED["file name"]) == ["anselmo.txt"]
