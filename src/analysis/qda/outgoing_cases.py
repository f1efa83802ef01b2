"""Accounts and other cases of a study as cases of a coding program, with the values of their variables."""

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.qda.guids import guid_for
from analysis.qda.material import Material, rows_of
from analysis.qda.project import Case, VariableKind
from analysis.schema import words

SIDE = "side"


def cases_of(of: Material, units: Mapping[str, str]) -> list[Case]:
    """The accounts that wrote what goes out, each with its side, and the cases of the study.

    `units` are the guids of what goes out. A case whose units all stay behind stays, too.
    """
    values = _by_owner(of.attributes)
    sides = dict(zip(of.accounts["creator_id"], of.accounts[SIDE], strict=True))
    found = []
    for account, written in _written(of, units).items():
        side = sides.get(account)
        own: list[tuple[str, VariableKind, str]] = [(SIDE, "text", side)] if isinstance(side, str) else []
        own += [value for value in values.get(account, []) if value[0] != SIDE]
        found.append(Case(guid_for("case", account), account, tuple(written), tuple(own)))
    for row in rows_of(of.cases):
        name, belongs = row["case_id"], words(row["units"])
        there = tuple(units[unit] for unit in belongs if unit in units)
        if there or not belongs:
            found.append(Case(guid_for("case", name), row["name"], there, tuple(values.get(name, []))))
    return found


def values_of(attributes: pd.DataFrame, units: Mapping[str, str]) -> Iterator[tuple[str, str, VariableKind, str]]:
    """The values of variables that units have besides those of their own tables."""
    for owner, values in _by_owner(attributes).items():
        if owner in units:
            yield from ((units[owner], variable, kind, value) for variable, kind, value in values)


def _by_owner(attributes: pd.DataFrame) -> dict[str, list[tuple[str, VariableKind, str]]]:
    found: dict[str, list[tuple[str, VariableKind, str]]] = {}
    for row in rows_of(attributes):
        if row["value"] is not None:
            found.setdefault(row["about_id"], []).append((row["variable"], row["kind"], row["value"]))
    return found


def _written(of: Material, units: Mapping[str, str]) -> dict[str, list[str]]:
    """What each account wrote of what goes out, in order of accounts."""
    texts = pd.concat([
        of.posts[["post_id", "creator_id"]].set_axis(["unit", "account"], axis=1),
        of.comments[["comment_id", "author_id"]].set_axis(["unit", "account"], axis=1),
    ]).dropna(subset=["account"])  # fmt: skip
    found: dict[str, list[str]] = {}
    for unit, account in zip(texts["unit"], texts["account"], strict=True):
        if unit in units:
            found.setdefault(account, []).append(units[unit])
    return dict(sorted(found.items()))
