"""A made-up study of as many rows as wanted, out of the words of the stand-in corpus, for sizes and speeds."""

import random
import shutil
from pathlib import Path

import pandas as pd

import coded
from analysis.study import Study, open_study
from analysis.tables import write_table

SEED, COMMENTS_A_POST, CODED_SHARE, DAY = 2025, 9, 0.2, 86_400
LANGUAGES = ("en", "zh", "mixed", "none")
SETTINGS = """title: Many rows
platform: Nowhere
sides:
  newcomer: {label: arrivals, language: en, language_name: English, script: Latin}
  host: {label: locals, language: zh, language_name: Chinese, script: Han}
tables:
  codebook: {from: liu2025}
  posts: {file: posts.csv, origin: stand-in}
  comments: {file: comments.csv, origin: stand-in}
  creators: {file: creators.csv, origin: stand-in}
  codings: {file: codings.csv, origin: stand-in}
decisions:
  coding_unit: {value: text, reason: There are no pictures.}
"""


def study_of_many(root: Path, project: Path, rows: int) -> Study:
    """Write a study of so many posts and comments below a root, and open it."""
    shutil.copytree(project / "data/liu2025", root / "data/liu2025", dirs_exist_ok=True)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(project / name, root)
    folder = root / "data/many"
    folder.mkdir(parents=True)
    original = open_study(root=root)
    chance = random.Random(SEED)
    said = _words(original, chance, rows)
    posts = rows // (COMMENTS_A_POST + 1)
    tables = {
        "posts": _posts(said[:posts], chance),
        "comments": _comments(said[posts:], posts, chance),
        "creators": coded.frame("creators", creator_id=["a0", "a1"], side=["newcomer", "host"], source=["x"] * 2),
    }
    tables["codings"] = _codings(tables, original, chance)
    for name, table in tables.items():
        write_table(table, folder / f"{name}.csv", name)
    (folder / "study.yml").write_text(SETTINGS, encoding="utf-8")
    return open_study("many", root)


def _words(original: Study, chance: random.Random, rows: int) -> list[str]:
    """Texts of halves of those of the stand-in, so that lengths and words are like its own."""
    texts = list(original.table("comments")["text"])
    return [_half(chance.choice(texts), 0) + " " + _half(chance.choice(texts), 1) for _ in range(rows)]


def _half(text: str, which: int) -> str:
    middle = len(text) // 2
    return text[middle:].strip() if which else text[:middle].strip() or text


def _posts(said: list[str], chance: random.Random) -> pd.DataFrame:
    numbers = range(len(said))
    return coded.frame(
        "posts", post_id=[f"{n:024x}" for n in numbers], creator_id=[f"a{n % 2}" for n in numbers], text=said,
        title=[text[:20].strip() for text in said], published_at=[_time(chance) for _ in said],
        likes=[int(chance.paretovariate(0.7)) for _ in said], language=[chance.choice(LANGUAGES) for _ in said],
        source=["x"] * len(said),
    )  # fmt: skip


def _comments(said: list[str], posts: int, chance: random.Random) -> pd.DataFrame:
    numbers = range(len(said))
    return coded.frame(
        "comments", comment_id=[f"{n + 10**9:024x}" for n in numbers], post_id=[f"{n % posts:024x}" for n in numbers],
        author_id=[f"a{chance.randrange(2)}" for _ in said], text=said, created_at=[_time(chance) for _ in said],
        likes=[int(chance.paretovariate(1.0)) for _ in said], language=[chance.choice(LANGUAGES) for _ in said],
        source=["x"] * len(said),
    )  # fmt: skip


def _codings(tables: dict[str, pd.DataFrame], original: Study, chance: random.Random) -> pd.DataFrame:
    codebook = original.table("codebook")
    codes = list(codebook.loc[codebook["level"] == "code", "code_id"])
    posts, comments = tables["posts"], tables["comments"]
    texts = [(row.post_id, "post", row.text) for row in posts.itertuples()]
    texts += [(row.comment_id, "comment", row.text) for row in comments.itertuples()]
    held = [text for text in texts if chance.random() < CODED_SHARE]
    rows = [(*text, code) for text in held for code in chance.sample(codes, chance.randint(1, 3))]
    spans = [(chance.randrange(len(text) // 2 + 1), len(text)) for _, _, text, _ in rows]
    return coded.frame(
        "codings", coding_id=[f"k{n}" for n in range(len(rows))], unit_id=[row[0] for row in rows],
        unit_type=[row[1] for row in rows], start=[start for start, _ in spans], end=[end for _, end in spans],
        code_id=[row[3] for row in rows], coder=["ann"] * len(rows), round=[1] * len(rows), source=["x"] * len(rows),
    )  # fmt: skip


def _time(chance: random.Random) -> str:
    moment = pd.Timestamp("2025-01-13T00:00:00Z") + pd.Timedelta(seconds=chance.randrange(30 * DAY))
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
