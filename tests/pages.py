"""The book's pages on the command line, replayed: each command is run and each file that a page shows is written.

A block of commands begins with ```console. A file that the reader is told to write stands in a code-block whose caption
is its path; where that is a study's settings, what stands in the block takes the place of those entries.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from making import copy_project

KEPT = ("_config.yml", "_toc.yml", "requirements.lock", "notebooks", "book", "data", "results")
STUDIES = ("README.md", "liu2025", "examples", "refugees722")
COMMANDS = re.compile(r"```console\n(.*?)```", re.DOTALL)
FILE = re.compile(r"```\{code-block\} \w+\n:caption: (\S+)\n\n(.*?)```", re.DOTALL)
# What differs from run to run and from machine to machine.
VARYING = [(r"~[0-9a-f]{12}", "~…"), (r" *\b\d+\.\d\b(?=[ │]+\d+[ │]+\d+[ │]*$)", " 0.0")]


def lay_out(root: Path) -> Path:
    """The compendium in another folder, without any study of one's own."""
    copy_project(root, KEPT)
    for study in root.glob("data/*"):
        if study.name not in STUDIES:
            shutil.rmtree(study)
    return root


def replayed(page: str, folder: Path) -> str:
    """The page with what its commands print in a folder, one after the other."""
    text, at, made = page, 0, []
    for block in sorted([*COMMANDS.finditer(text), *FILE.finditer(text)], key=re.Match.start):
        if block.re is COMMANDS:
            made += [text[at : block.start()], f"```console\n{_printed_by(block[1], folder)}```"]
            at = block.end()
        else:
            _write(folder / block[1], block[2])
    return "".join([*made, text[at:]])


def _printed_by(block: str, folder: Path) -> str:
    commands = [part.partition("\n")[0] for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return "".join(f"$ {command}\n{_ended(printed(command, folder))}" for command in commands)


def _ended(output: str) -> str:
    return f"{output}\n" if output else ""


def printed(command: str, folder: Path) -> str:
    """What a command prints in a terminal of the usual width."""
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


def _write(path: Path, content: str) -> None:
    """Write a file that the page shows; of a study's settings, the entries of one section that it shows."""
    if path.name == "study.yml":
        content = _with_entries(path.read_text(encoding="utf-8"), content)
    path.write_text(content, encoding="utf-8")


def _with_entries(settings: str, shown: str) -> str:
    ((section, entries),) = yaml.safe_load(shown).items()
    for name in entries:
        (new,) = re.findall(rf"^  {name}:.*\n(?:    .*\n)*", shown, re.MULTILINE)
        settings, count = re.subn(rf"^  {name}:.*\n(?:    .*\n)*", lambda _, new=new: new, settings, flags=re.MULTILINE)
        assert count == 1, (section, name)
    return settings


def levelled(page: str) -> str:
    """A page without what differs from run to run."""
    for pattern, put in VARYING:
        page = re.sub(pattern, put, page, flags=re.MULTILINE)
    return page
