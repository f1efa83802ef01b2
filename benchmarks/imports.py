"""Measure how fast a large capture is imported, as a ratio to the database's own JSON reader on the same file.

The capture is made up, in the format of a browser plug-in, and is removed at the end, as is the copy of the
compendium into which it is imported. Every figure is of a process of its own and holds its start. The time on the
clock depends on what else the machine does, the processors' time hardly, so both are told.
"""

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from run import PROGRAM, lay_out

from analysis.database import quoted
from analysis.sources.zeeschuimer import PLUG_IN

STUDY, BYTES_A_LINE = "refugees722", 4_600
SEED, RUNS, PATTERNS = 2025, 3, 4_000
AGAIN, SOME, ACCOUNTS, START, STRIDE = 0.03, 0.15, 300_007, 1_736_700_000, 2_654_435_761
ENGLISH = (
    *("hello", "everyone", "I", "just", "moved", "here", "and", "am", "so", "glad", "to", "meet", "all", "of", "you"),
    *("this", "app", "is", "amazing", "thank", "for", "the", "warm", "welcome", "my", "cat", "says", "hi", "please"),
    *("teach", "me", "how", "cook", "dumplings", "what", "do", "eat", "breakfast", "in", "winter"),
)
CHINESE = "大家好我是新来的朋友欢迎你们请问这个怎么做谢今天气很家猫也想打招呼一起学习英语吧分享下日常生活和美食"
# Most counts are written out, as in real captures.
COUNTS = (
    *("0", "3", "7", "12", "28", "55", "86", "140", "431", "1208", "9999") * 3,
    "10+",
    "1千+",
    "1.7万",
    "2万",
    "10万+",
)
COUNTED = ("liked_count", "collected_count", "comment_count", "share_count")
TAGS = ("tiktokrefugee", "cattax", "学英语", "hello", "日常", "美食", "newcomer_here", "旅行")
QUERY = "search_result?keyword=%25E5%25A4%25A7%25E5%25AE%25B6&source=web_search_result_notes"

READ_ALL = "import duckdb, sys; duckdb.execute(f'SELECT count(COLUMNS(*)) FROM {sys.argv[1]}').fetchall()"


def main() -> None:
    """Print one table: what was done, seconds, those of the processors, ratios, and the peak of resident memory."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=1_000_000)
    lines = options.parse_args().lines
    with tempfile.TemporaryDirectory() as folder:
        root, capture = Path(folder), Path(folder) / "capture.ndjson"
        needed, free = 2 * lines * BYTES_A_LINE, shutil.disk_usage(folder).free
        if free < needed:
            sys.exit(f"{needed >> 30} GB of disk are needed in {folder}, {free >> 30} are free; ask for fewer --lines.")
        lay_out(root)
        write_capture(capture, lines)
        print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
        print(f"{lines:,} lines, {capture.stat().st_size / 1e6:,.0f} MB. Each figure is the median of three runs.\n")
        measure(root, capture)


def measure(root: Path, capture: Path) -> None:
    """Time the readers and the import on one file."""
    guessed = median(root, [sys.executable, "-c", READ_ALL, f"read_json({quoted(str(capture))})"])
    declared = median(root, [sys.executable, "-c", READ_ALL, PLUG_IN.lines(capture, "posts")])
    told("DuckDB read_json, types found out", guessed, guessed, declared)
    told("DuckDB read_json, types declared", declared, guessed, declared)
    words = [PROGRAM, "import", STUDY, str(capture)]
    imported = median(root, words, before=lambda: shutil.rmtree(root / "data" / STUDY / "corpus", ignore_errors=True))
    told("compendium import", imported, guessed, declared)
    told("compendium import, the same file again", median(root, words), guessed, declared)


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds, those of all processors, and megabytes of memory at the most."""

    seconds: float
    processors: float
    megabytes: float


def median(root: Path, words: list[str], *, before: Callable[[], None] = lambda: None) -> Cost:
    """The middle ones of three times of a whole process, and the most memory that any of them held."""
    costs = []
    for _ in range(RUNS):
        before()
        costs.append(cost(root, words))
    seconds, processors = (
        sorted(times)[RUNS // 2] for times in ([each.seconds for each in costs], [each.processors for each in costs])
    )
    return Cost(seconds, processors, max(each.megabytes for each in costs))


def cost(root: Path, words: list[str]) -> Cost:
    """Run a process to its end. Its output is shown if it fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(words, cwd=root, stdout=output, stderr=subprocess.STDOUT)
        # Of the ways to wait for a process, this one tells what it used.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(words[:3])} failed:\n{output.read().decode()}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def told(what: str, cost: Cost, guessed: Cost, declared: Cost) -> None:
    """Print one row."""
    ratios = "".join(
        f"{cost.seconds / peer.seconds:>8.2f} × {name}"
        for name, peer in (("found out", guessed), ("declared", declared))
    )
    times = f"{cost.seconds:>8.2f} s{cost.processors:>8.2f} s of processors"
    print(f"{what:<42}{times}{ratios}{cost.megabytes:>8,.0f} MB", flush=True)


def write_capture(path: Path, lines: int) -> None:
    """A made-up capture: opened posts, and some of them once more as a search shows them."""
    draw = random.Random(SEED)
    opened, listed = ([pattern(draw, is_opened=kind) for _ in range(PATTERNS)] for kind in (True, False))
    with path.open("wb", buffering=1 << 22) as file:
        for number in range(lines):
            again = draw.random() < AGAIN
            post = draw.randrange(number) if again and number else number
            held = (listed if again else opened)[post % PATTERNS]
            file.write(
                held
                % {
                    b"post": b"%08x%016x" % (START + post, post * STRIDE),
                    b"account": post % ACCOUNTS,
                    b"number": number,
                }
            )


def pattern(draw: random.Random, *, is_opened: bool) -> bytes:
    """A line with gaps for the identifiers of the post and of its account."""
    line = {
        "id": 987654321,
        "nav_index": "1:2:3",
        "item_id": "<post>",
        "timestamp_collected": 1_737_200_000_000 + draw.randrange(10**9),
        "last_updated": 1_771_000_000_000,
        "source_platform": "xiaohongshu.com",
        "source_platform_url": f"https://www.xiaohongshu.com/{QUERY if not is_opened else 'explore/<post>'}",
        "source_url": "https://edith.xiaohongshu.com/api/sns/web/v1/feed",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "data": {
            "id": "<post>",
            "model_type": "note",
            "xsec_token": "AB" + draw.randbytes(20).hex(),
            "note_card": card(draw, is_opened=is_opened),
        },
    }
    written = json.dumps(line, ensure_ascii=False, separators=(",", ":")).replace("%", "%%")
    filled = (
        written.replace("<post>", "%(post)s").replace("<account>", "%(account)024x").replace("987654321", "%(number)d")
    )
    return filled.encode() + b"\n"


def card(draw: random.Random, *, is_opened: bool) -> dict[str, Any]:
    """A post's record: all of it, or what a search shows."""
    title = sentence(draw, 6)
    user = {"user_id": "<account>", "nickname": sentence(draw, 2), "avatar": address(draw), "xsec_token": "T" * 44}
    counts = dict(zip(COUNTED, draw.choices(COUNTS, k=len(COUNTED)), strict=True))
    images = [image(draw) for _ in range(draw.randrange(1, 5))]
    listed = {"type": draw.choice(("normal", "video")), "user": user, "cover": images[0], "image_list": images}
    if not is_opened:
        shown = [{"type": "publish_time", "text": "3天前"}]
        return {**listed, "display_title": title, "interact_info": counts, "corner_tag_info": shown}
    tags = draw.sample(TAGS, 3)
    return {
        **listed,
        "title": title,
        "desc": text(draw, tags),
        "time": 1_736_800_000_000 + draw.randrange(10**9),
        "last_update_time": 1_736_900_000_000,
        "ip_location": draw.choice(("美国", "U.S.", "上海", "")),
        "interact_info": {**counts, "liked": False, "collected": False, "followed": False, "relation": "none"},
        "tag_list": [{"id": draw.randbytes(12).hex(), "name": tag, "type": "topic"} for tag in tags],
        "at_user_list": [{"user_id": draw.randbytes(12).hex(), "nickname": "someone_else"}] * (draw.random() < SOME),
        "note_id": "<post>",
        "share_info": {"un_share": False},
    }


def text(draw: random.Random, tags: list[str]) -> str:
    """A text in one language or both, with what has to be masked in some of them."""
    parts = [sentence(draw, 30) for _ in range(draw.randrange(1, 4))]
    parts += ["@someone_else look at this"] * (draw.random() < SOME)
    parts += ["see https://example.org/a?b=1 or write to me@example.org"] * (draw.random() < SOME / 2)
    return "\n".join([*parts, " ".join(f"#{tag}[话题]#" for tag in tags)])


def sentence(draw: random.Random, words: int) -> str:
    """Some words of English, or as many signs of Chinese as say as much."""
    if draw.random() < 1 / 2:
        return " ".join(draw.choices(ENGLISH, k=words))
    return "".join(draw.choices(CHINESE, k=2 * words))


def image(draw: random.Random) -> dict[str, Any]:
    """An image as the platform lists it: in two sizes."""
    sizes = [{"image_scene": scene, "url": address(draw)} for scene in ("WB_PRV", "WB_DFT")]
    return {
        "file_id": "", "height": 1440, "width": 1080, "url": "", "trace_id": "", "live_photo": False, "stream": {},
        "url_pre": sizes[0]["url"], "url_default": sizes[1]["url"], "info_list": sizes,
    }  # fmt: skip


def address(draw: random.Random) -> str:
    """Where an image would be."""
    return f"http://images.example.org/{draw.randbytes(16).hex()}/{draw.randbytes(20).hex()}!nd_dft_wlteh_webp_3"


if __name__ == "__main__":
    main()
