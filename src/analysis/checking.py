"""Check a whole study before anything runs: every table, and every identifier that points to another one."""

from typing import Any

import pandas as pd

from analysis import schema
from analysis.computable import NotComputable
from analysis.errors import CompendiumError, StudyError
from analysis.language import letters_of
from analysis.study import Study

PROBLEMS_SHOWN = 20


def check_study(study: Study) -> list[str]:
    """Say of each table how many rows it has. Raises `StudyError` with all problems of all tables."""
    found, problems = {}, []
    for name in schema.TABLES:
        try:
            found[name] = study.table(name)
        except CompendiumError as error:
            problems.append(str(error))
    problems += _scripts_that_are_unknown(study)
    for name, table in found.items():
        problems += _references_that_lead_nowhere(name, table, found)
    if problems:
        raise StudyError("\n\n".join(problems))
    return [f"{study.name}: settings and tables are in order.", *(_told(study, name, found[name]) for name in found)]


def _scripts_that_are_unknown(study: Study) -> list[str]:
    """Scripts of the sides by which no language can be told."""
    problems = []
    for side in study.sides.values():
        try:
            letters_of(side.script)
        except StudyError as error:
            problems.append(f"data/{study.name}/study.yml: {error}")
    return problems


def _told(study: Study, name: str, table: Any) -> str:
    if isinstance(table, NotComputable):
        return f"  {name}: none"
    return f"  {name}: {len(table):,} rows, {study.origin_of(name)}"


def _references_that_lead_nowhere(name: str, table: Any, found: dict[str, Any]) -> list[str]:
    """Identifiers in a table that the table they refer to does not have."""
    if isinstance(table, NotComputable):
        return []
    problems = []
    for column in schema.TABLES[name].columns:
        target = found.get(column.refers_to)
        if not isinstance(target, pd.DataFrame):
            continue
        known = set(target[schema.TABLES[column.refers_to].key[0]])
        cells = table[column.name].dropna()
        used = {word for cell in cells for word in (schema.words(cell) if column.kind == "list" else [cell])}
        lost = sorted(used - known)
        if lost:
            shown = ", ".join(lost[:PROBLEMS_SHOWN])
            problems.append(
                f"{name}: '{column.name}' names {len(lost)} that are not in {column.refers_to}: {shown}. "
                f"Add them to {column.refers_to}, or correct {name}."
            )
    return problems
