"""What git knows: whether the results that are there are the ones that it has, and where the repository is."""

import json
import os
import re
import subprocess
from collections import Counter

from analysis.run_folder import files_of
from analysis.study import Study

HOSTS = r"(?:github\.com|gitlab\.com|codeberg\.org)"


def made_by(study: Study, step: str) -> Counter[str]:
    """How many tables and figures a notebook made."""
    path = study.results / "index.json"
    index = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return Counter(result["kind"] for result in index.values() if result["notebook"] == step and not result["missing"])


def compare(study: Study) -> list[str]:
    """Say in a line or more whether each file of the results is identical with the committed one."""
    files = [path.relative_to(study.root).as_posix() for path in files_of(study.results)]
    changed = _changed(study)
    if changed is None:
        why = "none of them is in git, so there is nothing to compare with"
        return [f"{len(files)} files in results/{study.name}/; {why}."]
    if not changed:
        return [f"All {len(files)} files in results/{study.name}/ are identical with the committed ones."]
    told = [f"{len(changed)} of {len(files)} files in results/{study.name}/ differ from the committed ones:"]
    return told + [f"  {path}: {state}" for path, state in changed.items()]


def repository_of(study: Study) -> str:
    """The repository's web address: from CI, or git's origin where it is one of the public hosts; else nothing."""
    if told := os.environ.get("COMPENDIUM_REPOSITORY"):
        return told
    origin = _git(study, "remote", "get-url", "origin") or ""
    found = re.search(rf"({HOSTS})[:/]([\w.-]+/[\w.-]+?)(?:\.git)?\s*$", origin)
    return f"https://{found[1]}/{found[2]}" if found else ""


def _changed(study: Study) -> dict[str, str] | None:
    """The files that differ from the committed ones; None where none of the results is in git."""
    folder = f"results/{study.name}"
    kept = _git(study, "ls-files", "--", folder)
    if not kept:
        return None
    states = {"D": "gone", "??": "new", "A": "new"}
    lines = (_git(study, "status", "--porcelain", "--untracked-files=all", "--", folder) or "").splitlines()
    return {line[3:]: states.get(line[:2].strip(), "differs") for line in lines}


def _git(study: Study, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", *words], cwd=study.root, capture_output=True, text=True, check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
