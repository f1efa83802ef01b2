"""A sample as a terminal shows it: what each step left, and why one post is or is not in it."""

from typing import Any

from rich.console import Console
from rich.table import Table


def show_flow(study: str, flow: Any, reached: str, console: Console) -> None:
    """Show how many posts each step of the selection leaves, and whether they are as many as wanted."""
    rows = Table("step", title=f"{study}: from the capture to the sample", title_justify="left")
    for heading in ("cut-off", "left", "dropped", "missing"):
        rows.add_column(heading, justify="right")
    for step in flow.astype("object").where(flow.notna(), None).to_dict("records"):
        cut_off = "" if step["cut_off"] is None else f"{step['cut_off']:g}"
        lost = ["" if step[name] is None else f"{step[name]:,}" for name in ("dropped", "missing")]
        unapplied = "" if step["computable"] == "yes" else f" ({step['computable']})"
        rows.add_row(f"{step['criterion']}{unapplied}", cut_off, f"{step['kept']:,}", *lost)
    console.print(rows)
    _say(f"As many as wanted: {reached}", console)


def show_why(asked: str, answers: list[dict[str, str]], console: Console) -> None:
    """Show what each criterion says of one post, and the outcome."""
    rows = Table("criterion", "cut-off", "measure", "met", "why", title=f"Post {asked}", title_justify="left")
    for answer in answers[:-1]:
        rows.add_row(*(answer[name] for name in ("criterion", "cut_off", "measure", "met", "why")))
    console.print(rows)
    outcome = answers[-1]
    _say(f"{'In the sample' if outcome['keeps'] == 'yes' else 'Not in the sample'}: {outcome['why']}.", console)


def _say(line: str, console: Console) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
