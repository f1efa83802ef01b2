"""Every command on the page "Rerun it on your data" is run, and the page shows what it printed.

COMPENDIUM_RECORD_PAGE=1 writes what is printed into the page instead of comparing it.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.sources.registry import READERS
from making import PROJECT

PAGE = PROJECT / "book" / "rerun.md"
KEPT = ("_config.yml", "_toc.yml", "requirements.lock", "notebooks", "book", "data", "results")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
FRIEND = (
    "id,user,body,likes,created_at\n"
    'a1,mira,"Hello from the other side, 你好",12,2025-01-14T09:30:00Z\n'
    "a2,jo,Who knows a good noodle shop?,1.2k,2025-01-15T18:05:00Z\n"
)
# What differs from run to run and from machine to machine.
VARYING = [(r"~[0-9a-f]{12}", "~…"), (r" *\b\d+\.\d\b(?=[ │]+\d+[ │]+\d+[ │]*$)", " 0.0")]


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what the page says that it prints."""
    return [
        (part.partition("\n")[0], part.partition("\n")[2].rstrip())
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The compendium in another folder, without any study of one's own."""
    root = tmp_path_factory.mktemp("page")
    for name in KEPT:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
        copy(PROJECT / name, root / name)
    for study in root.glob("data/*"):
        if study.name not in ("README.md", "liu2025", "examples", "refugees722"):
            shutil.rmtree(study)
    (root / "posts-of-a-friend.csv").write_text(FRIEND, encoding="utf-8")
    return root


def printed(command: str, folder: Path) -> str:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "78",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout, done.stdout
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")


def levelled(output: str) -> str:
    for pattern, put in VARYING:
        output = re.sub(pattern, put, output, flags=re.MULTILINE)
    return output


def test_every_command_of_the_page_prints_what_the_page_shows(folder):
    text = PAGE.read_text(encoding="utf-8")
    found = [BLOCK.findall(text), []]
    for block in found[0]:
        shown = [(command, printed(command, folder)) for command, _ in commands(block)]
        found[1].append("".join(f"$ {command}\n{output}\n" for command, output in shown))
    if os.environ.get("COMPENDIUM_RECORD_PAGE"):
        new = iter(found[1])
        PAGE.write_text(BLOCK.sub(lambda _: f"```console\n{next(new)}```", text), encoding="utf-8")
        pytest.skip("the page was written anew")
    assert len(found[0]) >= 9
    for told, real in zip(*found, strict=True):
        assert levelled(told) == levelled(real)


def test_the_page_names_every_format_that_has_a_reader():
    text = PAGE.read_text(encoding="utf-8")
    assert not [reader.title for reader in READERS if reader.title not in text]
