"""Measure how fast a large coded project is read and imported, as a ratio to the time that lxml takes to parse its XML.

The project is made up, as NVivo for Windows writes it: a selection for every coding, in a REFI-QDA archive. It is
removed at the end, as is the copy of the compendium into which it is imported. Times of lxml and of the reader are
without the start of a process; that of the import is of the whole command.
"""

import argparse
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from run import PROGRAM, lay_out

STUDY = "refugees722"
SEED, RUNS, CODERS, PATTERNS, CODES_EACH = 2025, 3, 4, 6, 10
WORDS = (
    *("hello", "everyone", "I", "just", "moved", "here", "and", "am", "so", "glad", "to", "meet", "you", "all", "😀"),
    *("谢谢", "大家", "欢迎", "你们", "请问", "这个", "怎么", "做", "今天", "天气", "很好", "👨‍👩‍👧", "naïve", "café"),
)
WORDS_A_SOURCE, WORDS_A_SELECTION = 1_500, 12
PARSE = """
import time; from lxml import etree
s = time.perf_counter()
etree.parse({xml!r}, etree.XMLParser(huge_tree=True))
print(time.perf_counter() - s)
"""
READ = """
import time, pathlib, tempfile; from analysis.qda import refi; from analysis.qda.project import Candidate, Told
import lxml.etree
s = time.perf_counter()
with tempfile.TemporaryDirectory() as scratch:
    path = pathlib.Path({qdpx!r})
    project = refi.read(Candidate(path, path.name, members=("project.qde",)), pathlib.Path(scratch), Told())
print(time.perf_counter() - s)
"""


def main() -> None:
    """Print one table: what was done, seconds, the ratio to lxml, and the peak of resident memory."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=500)
    options.add_argument("--codings", type=int, default=100_000)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, xml, qdpx = Path(folder), Path(folder) / "project.qde", Path(folder) / "project.qdpx"
        write_project(xml, qdpx, asked.sources, asked.codings)
        lay_out(root)
        print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
        print(f"{asked.sources:,} sources, {asked.codings:,} codings, {xml.stat().st_size / 1e6:,.0f} MB of XML.")
        print("Each figure is the median of three runs.\n")
        peer, held = median(root, [sys.executable, "-c", PARSE.format(xml=str(xml))])
        told("lxml.etree.parse of the XML", peer, peer, held)
        seconds, held = median(root, [sys.executable, "-c", READ.format(qdpx=str(qdpx))])
        told("the project read", seconds, peer, held)
        seconds, held = median(root, [PROGRAM, "import", STUDY, str(qdpx)], is_timed=False)
        told("compendium import, the whole command", seconds, peer, held)


def median(root: Path, words: list[str], *, is_timed: bool = True) -> tuple[float, float]:
    """The middle one of three times, as a process prints it or of the whole process; and the most memory in MB."""
    costs = []
    for _ in range(RUNS):
        shutil.rmtree(root / "data" / STUDY / "coding", ignore_errors=True)
        costs.append(cost(root, words, is_timed=is_timed))
    return sorted(seconds for seconds, _ in costs)[RUNS // 2], max(held for _, held in costs)


def cost(root: Path, words: list[str], *, is_timed: bool) -> tuple[float, float]:
    """Run a process to its end. Its output is shown if it fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(words, cwd=root, stdout=output, stderr=subprocess.STDOUT)
        # Of the ways to wait for a process, this one tells what it used.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        output.seek(0)
        printed = output.read().decode()
    if process.returncode:
        sys.exit(f"{' '.join(words[:4])} failed:\n{printed}")
    return float(printed.split()[-1]) if is_timed else seconds, used.ru_maxrss / 1024


def told(what: str, seconds: float, peer: float, held: float) -> None:
    """Print one row."""
    print(f"{what:<42}{seconds:>8.2f} s{seconds / peer:>8.2f} × lxml{held:>8,.0f} MB", flush=True)


def write_project(xml: Path, qdpx: Path, sources: int, codings: int) -> None:
    """A made-up project: its XML by itself, and in an archive with its texts."""
    draw = random.Random(SEED)
    codes = [guid(draw) for _ in range(PATTERNS * CODES_EACH)]
    coders = [guid(draw) for _ in range(CODERS)]
    with zipfile.ZipFile(qdpx, "w", zipfile.ZIP_DEFLATED) as archive:
        with xml.open("w", encoding="utf-8") as file:
            file.write(
                '<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="urn:QDA-XML:project:1.0" name="made up" '
            )
            file.write('origin="NVivo for Windows 12.6">\n<Users>')
            file.writelines(f'<User guid="{one}" name="coder {number}" />' for number, one in enumerate(coders))
            file.write(f"</Users>\n<CodeBook><Codes>{codebook(draw, codes)}</Codes></CodeBook>\n<Sources>\n")
            for number in range(sources):
                share = codings // sources + (number < codings % sources)
                name, text = guid(draw), draw.choices(WORDS, k=WORDS_A_SOURCE)
                archive.writestr(f"Sources/{name}.txt", "﻿" + " ".join(text))
                file.write(f'<TextSource guid="{name}" name="text {number}" plainTextPath="internal://{name}.txt">\n')
                file.writelines(selection(draw, text, codes, coders) for _ in range(share))
                file.write("</TextSource>\n")
            file.write("</Sources></Project>\n")
        archive.write(xml, "project.qde")


def codebook(draw: random.Random, codes: list[str]) -> str:
    """Patterns with ten codes each."""
    written = [f'<Code guid="{code}" name="code {number}" isCodable="true" />' for number, code in enumerate(codes)]
    return "".join(
        f'<Code guid="{guid(draw)}" name="pattern {number}" isCodable="false" color="#4E79A7">'
        f"<Description>What it means.</Description>{''.join(written[number::PATTERNS])}</Code>"
        for number in range(PATTERNS)
    )


def selection(draw: random.Random, text: list[str], codes: list[str], coders: list[str]) -> str:
    """A selection in UTF-16 code units, made by one coder, and a code given to it by another."""
    first = draw.randrange(len(text) - WORDS_A_SELECTION)
    words = " ".join(text[first : first + draw.randrange(1, WORDS_A_SELECTION)])
    start = units(" ".join(text[:first])) + 1 if first else 0
    maker, coder = draw.choices(coders, k=2)
    when = f"2025-01-{draw.randrange(10, 29)}T{draw.randrange(10, 23)}:{draw.randrange(10, 59)}:00Z"
    return (
        f'<PlainTextSelection guid="{guid(draw)}" name={quoteattr(words)} startPosition="{start}" '
        f'endPosition="{start + units(words)}" creatingUser="{maker}" creationDateTime="{when}" '
        f'modifyingUser="{maker}" modifiedDateTime="{when}">\n<Coding guid="{guid(draw)}" creatingUser="{coder}" '
        f'creationDateTime="{when}"><CodeRef targetGUID="{draw.choice(codes)}" /></Coding></PlainTextSelection>\n'
    )


def units(text: str) -> int:
    """How many UTF-16 code units a text has."""
    return len(text.encode("utf-16-le")) // 2


def guid(draw: random.Random) -> str:
    """A GUID that is the same every time."""
    return str(uuid.UUID(int=draw.getrandbits(128), version=4))


if __name__ == "__main__":
    main()
