"""Check a whole study before anything runs: every table, and every identifier that points to another one.

Then say what is still a guess, and what each notebook will be able to answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import frames, in_files, schema, steps
from analysis.answers import Answer, answers
from analysis.computable import NotComputable
from analysis.errors import CompendiumError, StudyError, nearest
from analysis.guesses import tell_one_script
from analysis.history import nowhere
from analysis.language import are_told_apart
from analysis.left_open import to_confirm
from analysis.marked import Problem, read_marked
from analysis.scripts import letters_of
from analysis.settings import CAPTURED
from analysis.study import Study

PROBLEMS_SHOWN = 20
# What an identifier of a unit may belong to.
TEXTS = ("posts", "comments")
UNITS = (*TEXTS, "screenshots", "documents")
NAMING = (
    ("screenshots", "shows", TEXTS), ("codings", "unit_id", UNITS), ("readings", "unit_id", UNITS),
    ("gists", "unit_id", TEXTS),
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """A study in order: the rows of its tables, what is a guess or ruled out, and what its notebooks will answer."""

    tables: list[str]
    to_confirm: list[str]
    limits: list[str]
    answers: list[Answer]


def check_study(study: Study) -> Checked:
    """Check a study. Raises `StudyError` with all problems of its settings and tables, and of what they refer to."""
    found, problems = _read_tables(study)
    problems += list(_posts_that_are_not_there(study))
    problems += list(_frame_that_cannot_be_read(study, found))
    problems += _scripts_that_are_unknown(study)
    for name, table in found.items():
        problems += _references_that_lead_nowhere(study, name, table, found)
    problems += [*_units_that_lead_nowhere(study, found), *_codes_that_lead_nowhere(study, found)]
    problems += _changes_that_lead_nowhere(study, found)
    if not problems:
        try:
            answered = answers(study)
        except CompendiumError as error:
            problems.append(str(error))
    if problems:
        # Of posts at an address, whoever asks for them is told the same.
        raise StudyError("\n\n".join(dict.fromkeys(problems)))
    rows = [f"{study.name}: settings and tables are in order.", *(_told(study, name, found[name]) for name in found)]
    return Checked(rows, to_confirm(study), tell_limits(study), answered)


def tell_limits(study: Study) -> list[str]:
    """What the study's settings rule out, whatever is captured."""
    return [] if are_told_apart(study.sides) else [tell_one_script(study.sides)]


def _read_tables(study: Study) -> tuple[dict[str, Any], list[str]]:
    found, problems = {}, []
    for name in schema.TABLES:
        try:
            found[name] = study.table(name)
        except CompendiumError as error:
            problems.append(str(error))
    return found, problems


def _posts_that_are_not_there(study: Study) -> Iterator[str]:
    try:
        steps.need_posts(study)
    except StudyError as error:
        yield str(error)


def _frame_that_cannot_be_read(study: Study, found: dict[str, Any]) -> Iterator[str]:
    """What is wrong with posts that stay in their files, by a look at columns alone."""
    if in_files.stays_in_files(found.get("posts")):
        try:
            frames.count_posts(study, study.decisions)
        except CompendiumError as error:
            yield str(error)


def _scripts_that_are_unknown(study: Study) -> list[str]:
    """Scripts of the sides by which no language can be told."""
    where = f"data/{study.name}/study.yml"
    marked = read_marked((study.folder / "study.yml").read_text(encoding="utf-8-sig"), where=where)
    problems = []
    for name, side in study.sides.items():
        try:
            letters_of(side.script)
        except StudyError as error:
            problems.append(marked.tell(Problem(("sides", name, "script"), str(error))))
    return problems


def _told(study: Study, name: str, table: Any) -> str:
    if in_files.stays_in_files(table):
        rows = frames.count_posts(study, study.decisions)
        return f"  {name}: {rows:,} rows, {study.origin_of(name)}; they stay in their files"
    if isinstance(table, NotComputable):
        return f"  {name}: none"
    return f"  {name}: {len(table):,} rows, {study.origin_of(name)}"


def _references_that_lead_nowhere(study: Study, name: str, table: Any, found: dict[str, Any]) -> list[str]:
    """Identifiers in a table that the table they refer to does not have."""
    if isinstance(table, NotComputable) or _was_imported(study, name):
        return []
    problems = []
    for column in schema.TABLES[name].columns:
        target = found.get(column.refers_to)
        if isinstance(target, pd.DataFrame):
            known = set(target[schema.TABLES[column.refers_to].key[0]])
            lost = sorted(_named_in(table[column.name], column.kind) - known)
            problems += _lost(study, name, column.name, lost, column.refers_to)
    return problems


def _was_imported(study: Study, name: str) -> bool:
    """Whether a table was captured: what it points to need not have been, and the import report counts what was not."""
    return name in CAPTURED and any(path.parent.name == "corpus" for path in study.files_of(name))


def _units_that_lead_nowhere(study: Study, found: dict[str, Any]) -> list[str]:
    """Posts, comments, screenshots and documents that a table or study.yml names and that are not there."""
    known = {name: _identifiers(found.get(name), name) for name in UNITS}
    if not known["posts"]:
        return []
    problems = []
    for name, column, targets in NAMING:
        table = found.get(name)
        if isinstance(table, pd.DataFrame):
            kind = schema.TABLES[name].column(column).kind
            lost = sorted(_named_in(table[column], kind) - set().union(*(known[target] for target in targets)))
            problems += _lost(study, name, column, lost, " or ".join(targets))
    return problems + _quotes_that_lead_nowhere(study, known["posts"] | known["comments"])


def _codes_that_lead_nowhere(study: Study, found: dict[str, Any]) -> list[str]:
    """Codes that were given and stand neither in the codebook nor in its history."""
    codings, codebook, history = (found.get(name) for name in ("codings", "codebook", "history"))
    if not isinstance(codings, pd.DataFrame) or not isinstance(codebook, pd.DataFrame):
        return []
    earlier = set(history["code_id"]) if isinstance(history, pd.DataFrame) else set()
    lost = sorted(set(codings["code_id"]) - _identifiers(codebook, "codebook") - earlier)
    return _lost(study, "codings", "code_id", lost, "codebook")


def _changes_that_lead_nowhere(study: Study, found: dict[str, Any]) -> list[str]:
    """Codes that a change names and that neither the codebook, nor a coding, nor an added line has."""
    codings, codebook, history = (found.get(name) for name in ("codings", "codebook", "history"))
    if not isinstance(history, pd.DataFrame) or not isinstance(codebook, pd.DataFrame):
        return []
    given = set(codings["code_id"]) if isinstance(codings, pd.DataFrame) else set()
    try:
        unknown = nowhere(history, _identifiers(codebook, "codebook") | given)
    except CompendiumError as error:
        return [str(error)]
    where, book = (study.files_of(name)[0].relative_to(study.root).as_posix() for name in ("history", "codebook"))
    return [
        f"{where}, line {line}: there is no code '{code}'.{nearest(code, set(codebook['code_id']))} Correct it, or "
        f"give it a row of its own in {book}, or a line above this one that adds it."
        for line, code in unknown
    ]


def _quotes_that_lead_nowhere(study: Study, known: set[str]) -> list[str]:
    allowed = study.settings.get("privacy", {}).get("quote", "none")
    lost = sorted(set(allowed) - known) if isinstance(allowed, list) else []
    where = f"data/{study.name}/study.yml: privacy, quote"
    return [f"{where}: {_listed(lost)} not in posts or comments. Take out what is not there."] if lost else []


def _identifiers(table: Any, name: str) -> set[str]:
    return set(table[schema.TABLES[name].key[0]]) if isinstance(table, pd.DataFrame) else set()


def _named_in(cells: pd.Series, kind: str) -> set[str]:
    """Every identifier that a column names."""
    return {word for cell in cells.dropna() for word in (schema.words(cell) if kind == "list" else [cell])}


def _lost(study: Study, name: str, column: str, lost: list[str], target: str) -> list[str]:
    if not lost:
        return []
    where = study.files_of(name)[0].relative_to(study.root).as_posix()
    return [
        f"{where}: column '{column}' names {_listed(lost)} not in {target}. Add them to {target}, or correct {name}."
    ]


def _listed(lost: list[str]) -> str:
    more = f" and {len(lost) - PROBLEMS_SHOWN:,} more" if len(lost) > PROBLEMS_SHOWN else ""
    return f"{len(lost):,} ({', '.join(lost[:PROBLEMS_SHOWN])}{more}), which {'is' if len(lost) == 1 else 'are'}"
