"""The comparison as a terminal shows it: counts, the claims that have a verdict, and why the others have none."""

from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from analysis import comparison
from analysis.compared import AGREES, CANNOT, DIFFERS
from analysis.computable import NotComputable
from analysis.study import Study

REASONS_SHOWN = 5


def show_comparison(first: Study, second: Study, console: Console) -> None:
    """Show what agrees and what differs, say what cannot be compared, and write all of it beside the results."""
    claims, values = comparison.side_by_side(first, second), comparison.values_side_by_side(first, second)
    if not isinstance(claims, NotComputable):
        _show_claims(claims, first, second, console)
    _show_values(values, first, second, console)
    for path in comparison.write_comparison(first, second):
        console.print(f"Wrote {path.relative_to(second.root).as_posix()}", highlight=False, soft_wrap=True)
    if first.is_original:
        console.print(f"In the book: compendium book {second.name}, the page 'Claim by claim'.", soft_wrap=True)


def _show_claims(claims: pd.DataFrame, first: Study, second: Study, console: Console) -> None:
    counted = comparison.summary(claims)
    console.print(_counts(counted, f"{first.name} and {second.name}: the original's claims by kind"))
    for verdict in (AGREES, DIFFERS):
        rows = claims[claims["verdict"] == verdict]
        if len(rows):
            here = rows["this_study"] + rows["interval"].map(lambda ends: f"\n{ends}", na_action="ignore").fillna("")
            told = rows[["claim_id", "statement", "original"]].assign(here=here)
            console.print(_texts(told.rename(columns={"claim_id": "claim", "here": second.name}), verdict))
    _show_reasons(claims, console)


def _show_reasons(claims: pd.DataFrame, console: Console) -> None:
    number = int((claims["verdict"] == CANNOT).sum())
    console.print(f"{number} of {len(claims)} claims cannot be compared; the commonest reasons:", highlight=False)
    for row in comparison.reasons(claims).head(REASONS_SHOWN).to_dict("records"):
        console.print(f"  {row['claims']:>3} {row['reason']}", highlight=False)


def _show_values(values: Any, first: Study, second: Study, console: Console) -> None:
    """The values that both studies have; of those that only one has, the file tells."""
    if isinstance(values, NotComputable):
        console.print(f"No value to set beside another: {values.reason}.", highlight=False)
        return
    both = values[comparison.has_number(values["first"]) & comparison.has_number(values["second"])]
    if len(both):
        shown = both[["value", "first", "second"]].rename(columns={"first": first.name, "second": second.name})
        console.print(_texts(shown, "Values that both have"))


def _counts(rows: pd.DataFrame, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(rows.columns):
        table.add_column(str(name), justify="right" if place else "left")
    return _filled(table, rows)


def _texts(rows: pd.DataFrame, title: str) -> Table:
    table = Table(title=f"{title}: {len(rows)}", title_justify="left", show_lines=True)
    for name in rows.columns:
        table.add_column(str(name), min_width=5)
    return _filled(table, rows)


def _filled(table: Table, rows: pd.DataFrame) -> Table:
    for cells in rows.astype("object").where(rows.notna(), "").to_numpy().tolist():
        table.add_row(*map(str, cells))
    return table
