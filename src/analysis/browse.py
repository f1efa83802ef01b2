"""The files of the evidence browser: an index of all rows, and parts that a page loads when it shows or searches them.

Each file is a script that hands its content to `compendiumEvidence.take`, since a page that is opened from a disk can
load scripts and nothing else. The index has a column for what can be filtered; texts and what is needed to show them
are in parts of a few rows; words and identifiers lead to rows.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import pandas as pd

from analysis import browse_codings, browse_rows, browse_search, code_pages
from analysis.browse_codings import Given
from analysis.coded import coded_of
from analysis.computable import NotComputable
from analysis.study import Study

ROWS_A_PART, IDS_A_PART = 64, 500
OTHER_LANGUAGES = ("mixed", "other", "none", "unknown")
UNKNOWN_SIDE = "unknown"


def files_of(study: Study) -> dict[str, str]:
    """The files by their names; none where the study has no texts."""
    rows = browse_rows.shown_rows(study)
    if isinstance(rows, NotComputable):
        return {}
    given = _given(study, rows)
    parts = {**_texts(rows, given), **_words(rows), **_ids(rows["shown_id"])}
    files = {name: script(name, content) for name, content in parts.items()}
    version = sha256("".join(files.values()).encode()).hexdigest()[:10]
    index = {**_columns(study, rows), **browse_codings.columns(given), **_counts(parts), "version": version}
    return {"index.js": script("index", index), **{f"{name}.js": content for name, content in files.items()}}


def languages_of(study: Study) -> list[str]:
    """The languages that a row can be in, the sides' own first."""
    return [*dict.fromkeys(side.language for side in study.sides.values()), *OTHER_LANGUAGES]


def sides_of(study: Study) -> list[str]:
    """The sides that a row can be by."""
    return [*study.sides, UNKNOWN_SIDE]


def script(name: str, content: object) -> str:
    """A script that hands content on; nothing in it can end the script or a line of it."""
    return f"compendiumEvidence.take({in_script(name)},{in_script(content)});\n"


def in_script(content: object) -> str:
    r"""Content as JSON that can stand in a script, in a page too.

    >>> in_script("</script>")
    '"\\u003c/script\\u003e"'
    """
    told = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        told = told.replace(sign, f"\\u{ord(sign):04x}")
    return told


def _given(study: Study, rows: pd.DataFrame) -> list[Given]:
    """What was given to each row, by the codebook; nothing where there are no codings."""
    coded = coded_of(study)
    codebook, standing = code_pages.codebook_now(study, lambda: coded), coded.standing
    if isinstance(codebook, NotComputable) or isinstance(standing, NotComputable):
        return [Given() for _ in range(len(rows))]
    return browse_codings.given_to(rows, standing, codebook)


def _columns(study: Study, rows: pd.DataFrame) -> dict[str, Any]:
    """What rows are filtered by, a column each."""
    languages, sides = languages_of(study), sides_of(study)
    days = (rows["when"].dt.tz_localize(None).dt.normalize() - pd.Timestamp(0)).dt.days
    known = rows["language"].where(rows["language"].isin(languages), "other")
    return {
        "count": len(rows),
        "kind": _numbers(rows["kind"].eq("comment").astype(int)),
        "orphan": _numbers(rows["thread"].eq(rows["kind"].eq("post").sum()).astype(int)),
        "side": [sides.index(side) for side in rows["side"].fillna(UNKNOWN_SIDE)],
        "language": [languages.index(language) for language in known],
        "day": _numbers(days),
        "likes": _numbers(rows["likes"]),
    }


def _numbers(column: pd.Series) -> list[int]:
    """Whole numbers; −1 where there is none."""
    return [int(cell) for cell in column.astype("Float64").fillna(-1)]


def _texts(rows: pd.DataFrame, given: Sequence[Given]) -> dict[str, list[Any]]:
    """Rows as they are shown: identifier, text, how it is told, its post, what it answers, and its codings."""
    there = set(rows["unit_id"])
    names = dict(zip(rows["unit_id"], rows["shown_id"], strict=True))
    listed = [
        [
            row.shown_id,
            row.shown,
            browse_rows.TOLD.index(row.told),
            names.get(row.post_id, "") if row.kind == "comment" else "",
            names[row.parent_id] if row.parent_id in there else "",
            of.spans,
        ]
        for row, of in zip(rows.itertuples(), given, strict=True)
    ]
    return {
        f"texts-{number}": listed[start : start + ROWS_A_PART]
        for number, start in enumerate(range(0, len(listed), ROWS_A_PART))
    }


def _words(rows: pd.DataFrame) -> dict[str, Mapping[str, list[int]]]:
    return {f"words-{number}": part for number, part in enumerate(browse_search.parts_of(rows["shown"]))}


def _ids(names: pd.Series) -> dict[str, dict[str, int]]:
    """In which row each identifier is, for links to a row."""
    parts = len(names) // IDS_A_PART + 1
    made: list[dict[str, int]] = [{} for _ in range(parts)]
    for row, name in enumerate(names):
        made[browse_search.part_of(name, parts)][name] = row
    return {f"ids-{number}": part for number, part in enumerate(made)}


def _counts(parts: Mapping[str, Any]) -> dict[str, Any]:
    """How many rows a part has, and how many parts there are of each kind."""
    kinds = [name.partition("-")[0] for name in parts]
    return {"rowsAPart": ROWS_A_PART, **{f"{kind}Parts": kinds.count(kind) for kind in ("texts", "words", "ids")}}
