"""What executed notebooks show, taken out of them, and the files that it is laid down in.

Neither pandas nor matplotlib is needed for it: what runs the notebooks need not load what they load.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.errors import NotebookError, nearest
from analysis.figures import themes

MIME = "application/vnd.compendium.result+json"


def harvest(notebook: Mapping[str, Any], step: str) -> Iterator[dict[str, Any]]:
    """Every result that an executed notebook shows, in order, each with the notebook's name."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(MIME)
            if found:
                drawing = themes.unthemed(drawing_in(output["data"]["text/html"])) if found["kind"] == "figure" else ""
                yield {**found, "notebook": step, "svg": drawing}


def write_results(found: list[dict[str, Any]], folder: Path, claims: Mapping[str, str]) -> None:
    """Lay down the tables, the figures, `values.json` and `index.json`, and take away what no notebook shows.

    `claims` gives for a value's name the claims that it serves.
    """
    values = {
        result["name"]: {**without(result, "kind", "name", "svg"), "claim": claims.get(result["name"], "")}
        for result in found
        if result["kind"] == "value"
    }
    shown = [result for result in found if result["kind"] != "value"]
    _refuse_unknown_tables(shown)
    tables.replace_text(folder / "values.json", _json(values))
    index = {result["name"] + "." + result["kind"]: without(result, "csv", "svg") for result in shown}
    tables.replace_text(folder / "index.json", _json(index))
    files = {
        folder / _file(result): result["csv"] if result["kind"] == "table" else result["svg"]
        for result in shown
        if not result["missing"]
    }
    for path, content in files.items():
        # Most stay as they are when one notebook of several has run.
        if not path.is_file() or path.read_bytes() != content.encode():
            tables.replace_text(path, content)
    for path in (*folder.glob("tables/*"), *folder.glob("figures/*")):
        if path not in files:
            path.unlink()


def claims_by_value(claims: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The claims that each value serves, as the claims themselves name it; separated by spaces."""
    served: dict[str, list[str]] = {}
    for claim in claims:
        if named := re.search(r"\bvalue=(\w+)", str(claim.get("argument"))):
            served.setdefault(named[1], []).append(str(claim["claim_id"]))
    return {name: " ".join(claims) for name, claims in sorted(served.items())}


def _refuse_unknown_tables(shown: list[dict[str, Any]]) -> None:
    """Every table that a figure names is shown by the figure's own notebook."""
    known = {(result["notebook"], result["name"]) for result in shown if result["kind"] == "table"}
    wrong = [
        f"{figure['notebook']}: the figure '{figure['name']}' names the table '{name}', which this notebook does not "
        f"show.{nearest(name, [table for notebook, table in known if notebook == figure['notebook']])}"
        for figure in shown
        for name in figure.get("tables", [])
        if (figure["notebook"], name) not in known
    ]
    if wrong:
        raise NotebookError("\n".join([*wrong, "Show the table, or correct the name in show_figure."]))


def _file(result: Mapping[str, Any]) -> str:
    return f"tables/{result['name']}.csv" if result["kind"] == "table" else f"figures/{result['name']}.svg"


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def drawing_in(page: str) -> str:
    """The drawing inside a figure's page text, without the label that the page adds."""
    if "<svg" not in page:
        return ""
    drawing = page[page.index("<svg") : page.index("</svg>") + len("</svg>")] + "\n"
    start, end = drawing.index(' role="img" aria-label="'), drawing.index('"', drawing.index('aria-label="') + 12) + 1
    return drawing[:start] + drawing[end:]


def without(result: Mapping[str, Any], *left_out: str) -> dict[str, Any]:
    """A result without some of what is told of it."""
    return {key: value for key, value in result.items() if key not in left_out}
