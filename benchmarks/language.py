"""Measure how many texts a second are told their language, beside the careful function of one text, in one run.

Figures are of one processor's time, so that what else the machine does counts little. Labels and counts of every kind
of text are compared with those of the one-text function, and a difference is an error.
"""

import argparse
import os
import platform
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.language import count_tokens, language_of, plain, sides_of_tokens, wording
from analysis.markup import tidied
from analysis.scripts import tokens_of
from analysis.settings import Side

PROJECT = Path(__file__).resolve().parent.parent
STANDIN = PROJECT / "data/liu2025/standin"
REAL = PROJECT.parent / "shared/data/tiktokrefugee-posts/posts.csv"
SIDES = {"newcomer": Side("arrivals", "en", "English", "Latin"), "host": Side("locals", "zh", "Chinese", "Han")}
RUNS, ALONE, LEAST = 3, 5_000, 500_000
MADE_UP = {
    "Latin, no markup": "Hello there my friends, I'm new here and I don't know-how to use it yet but I love it",
    "Han, no markup": "你好，我叫小明。欢迎来到这里！我们都很高兴认识你们，可以一起学习英语吗？谢谢",
    "two tags, a sticker, a mention": "So funny [笑哭R] @ann look at this #tiktokrefugee[话题]# #日常[话题]# 谢谢你们",
    "a link and a tag": "See https://example.org/a?b=c and tell me what you think of it #help",
    "Thai, normalised text by text": "ขอบคุณมากครับ วันนี้อากาศดี น้ำใจ",
}


def main() -> None:
    """Print a row for each kind of text; exit with an error where a label or a count differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=200_000)
    number = options.parse_args().texts
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"Load {os.getloadavg()[0]:.1f}. {number:,} texts of each kind, median of {RUNS}, seconds of one processor.")
    print(f"The aim is {LEAST:,} texts a second.\n")
    print(f"{'language_of, texts a second':<42}{'characters':>11}{'one by one':>12}{'at once':>12}{'ratio':>8}")
    for kind, texts in kinds_of_text().items():
        must_agree(texts)
        told(kind, pd.concat([texts] * -(-number // len(texts)), ignore_index=True).iloc[:number])
    print("\nOther measures, texts a second")
    others(pd.concat([posts_of(STANDIN)] * -(-number // len(posts_of(STANDIN))), ignore_index=True).iloc[:number])
    print(f"Memory at the peak, texts and all: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def kinds_of_text() -> dict[str, pd.Series]:
    """Texts of each kind: the stand-in's, the real posts where they are, and made-up ones."""
    comments = pd.read_csv(STANDIN / "comments.csv", dtype="str")["text"]
    kinds = {"stand-in posts": posts_of(STANDIN), "stand-in comments": comments}
    if REAL.is_file():
        real = pd.read_csv(REAL, dtype="str", encoding="utf-8-sig").rename(columns={"content": "text"})
        kinds |= {"722 real posts": wording(real)}
    return kinds | {kind: pd.Series([text] * 100, dtype="str") for kind, text in MADE_UP.items()}


def posts_of(folder: Path) -> pd.Series:
    """Title and text of the posts in a folder."""
    return wording(pd.read_csv(folder / "posts.csv", dtype="str"))


def must_agree(texts: pd.Series) -> None:
    """Exit with an error where many texts at once give another count than one by one."""
    counted = count_tokens(texts, SIDES, "word")
    alone = [Counter(tokens_of(tidied(text), SIDES, "word")) for text in texts.fillna("")]
    if counted.to_dict("list") != {side: [count[side] for count in alone] for side in counted}:
        sys.exit("Texts at once give other counts than one by one.")
    if language_of(texts, SIDES).tolist() != [one_by_one(text) for text in texts.fillna("")]:
        sys.exit("Texts at once give other languages than one by one.")


def one_by_one(text: str) -> str:
    """The language of one text by the definition."""
    found = set(tokens_of(tidied(text), SIDES, "word"))
    names = {name: side.language for name, side in SIDES.items()} | {"other": "other"}
    return names[found.pop()] if len(found) == 1 else "mixed" if found else "none"


def told(kind: str, texts: pd.Series) -> None:
    """Print one row."""
    few = texts.iloc[:ALONE].fillna("").tolist()
    alone = len(few) / seconds(lambda: [one_by_one(text) for text in few])
    at_once = len(texts) / seconds(lambda: language_of(texts, SIDES))
    mean = texts.str.len().mean()
    print(f"{kind:<42}{mean:>11.0f}{alone:>12,.0f}{at_once:>12,.0f}{at_once / alone:>8.0f}")


def others(texts: pd.Series) -> None:
    """Print how fast the other functions are on the stand-in's posts."""
    measures: dict[str, Callable[[], Any]] = {
        "count_tokens, by word": lambda: count_tokens(texts, SIDES, "word"),
        "count_tokens, by character": lambda: count_tokens(texts, SIDES, "character"),
        "sides_of_tokens": lambda: sides_of_tokens(texts, SIDES, "word"),
        "plain": lambda: plain(texts),
    }
    for name, measure in measures.items():
        print(f"{name:<42}{len(texts) / seconds(measure):>35,.0f}")


def seconds(work: Callable[[], Any]) -> float:
    """The median of a few runs, in seconds of the processor."""
    taken = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
