"""Keep the values of a run on data that cannot be published, so that the original's book can show them.

A recorded value is marked as such wherever it stands: it cannot be recomputed from this repository alone.
"""

import datetime as dt
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.computable import NotComputable
from analysis.errors import StudyError
from analysis.study import Study, open_study


def record_run(study: Study, *, on: dt.date, replace: bool = False) -> Path:
    """Write the values of a study's last run, with date and checksum of its capture, for the original's book.

    Raises `StudyError` when the study has not run, is the original itself, or would take another study's place.
    """
    if study.is_original:
        raise StudyError(f"{study.name} is the original; only the run of another study is recorded for its book.")
    values = study.values()
    if not values:
        raise StudyError(f"results/{study.name}/ holds no values. Run: compendium run {study.name}")
    path = open_study(root=study.root).folder / "recorded.json"
    held = json.loads(path.read_text(encoding="utf-8"))["study"] if path.is_file() else study.name
    if held != study.name and not replace:
        raise StudyError(
            f"data/{path.parent.name}/{path.name} holds the run of {held}, which the original's book shows. "
            f"To put the values of {study.name} in its place: compendium record {study.name} --replace"
        )
    content = {"study": study.name, "recorded_on": on.isoformat(), "values": _recorded(study, values, on)}
    tables.replace_text(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return path


def _checksums(study: Study) -> list[str]:
    """The checksums of the captures that were imported; of the table of posts where nothing was."""
    imports = study.table("imports")
    if isinstance(imports, NotComputable):
        return [sha256(file.read_bytes()).hexdigest() for file in study.files_of("posts")]
    return sorted(imports.loc[imports["measure"] == "checksum", "value"])


def _recorded(study: Study, values: dict[str, dict[str, Any]], on: dt.date) -> dict[str, dict[str, Any]]:
    """The captured values under names of their own, and what identifies the capture."""
    kept = {name: value for name, value in values.items() if value["origin"] == "captured"}
    recorded = {
        f"recorded_{name}": {
            "value": value["value"],
            "text": value["text"],
            "unit": value["unit"],
            "missing": value["missing"],
        }
        for name, value in kept.items()
    }
    told = {
        "recorded_on": on.isoformat(),
        "recorded_capture_date": study.capture.get("date", "not stated"),
        "recorded_capture_sha256": " ".join(_checksums(study)),
    }
    recorded |= {name: {"value": text, "text": text, "unit": "", "missing": ""} for name, text in told.items()}
    return {name: {**value, "origin": "captured", "claim": "", "recorded": True} for name, value in recorded.items()}
