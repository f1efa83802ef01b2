"""One notebook: which parameters it takes, what it waits for, and how its output is made comparable.

A notebook says in its own cells what it takes from earlier ones: `this.result("03-sample-posts")` is a table,
`this.earlier_values(…)` the values. The pipeline reads these calls, so that nothing has to be declared twice. What
else a notebook reads, is noted while it runs (`reads.py`).
"""

import ast
import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import NotebookError, ParameterError, nearest
from analysis.parsing import parsed

TYPES = {"str": str, "int": int, "float": float, "bool": bool, "dict": dict, "list": list}
INJECTED = "injected-parameters"
KINDS = {
    int: "a whole number", float: "a number", str: "a text", bool: "true or false", dict: "a block", list: "a list",
}  # fmt: skip


@dataclass(frozen=True)
class Reads:
    """What a notebook takes from earlier ones: tables by their names, and whether it takes values."""

    results: tuple[str, ...]
    values: bool


def read_notebook(path: Path) -> Any:
    """Read a notebook. Raises `NotebookError` when the file is none."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise NotebookError(f"{path.name}: not a readable notebook: {error}. Restore it from git.") from error


def glance(path: Path) -> dict[str, Any]:
    """A notebook's content as plain JSON, each cell's source in one text. Raises `NotebookError` when it is none."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotebookError(f"{path.name}: not a readable notebook: {error}. Restore it from git.") from error
    return notebook


def parameters_of(notebook: Any, name: str) -> dict[str, type]:
    """The notebook's parameters and their types, as its cell tagged `parameters` annotates them.

    Raises `NotebookError`, with the notebook's name, where there is no such cell or a type is none of `TYPES`.
    """
    tagged = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise NotebookError(
            f"{name}: expected one cell tagged 'parameters', found {len(tagged)}. Tag the cell that sets them."
        )
    annotated = {
        line.target.id: line.annotation.id
        for line in parsed(tagged[0]["source"]).body
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and isinstance(line.annotation, ast.Name)
    }
    problems = [
        f"{name}: parameter '{parameter}' has the type {kind}; expected {', '.join(sorted(TYPES))}."
        for parameter, kind in annotated.items()
        if kind not in TYPES
    ]
    if problems:
        raise NotebookError("\n".join([*problems, "Correct the cell tagged 'parameters'."]))
    return {parameter: TYPES[kind] for parameter, kind in annotated.items()}


def check_parameters(given: Mapping[str, Any], known: Mapping[str, type], *, where: str) -> None:
    """Raise `ParameterError` with every given parameter that does not exist or has the wrong type."""
    problems = []
    for name, value in given.items():
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            problems.append(f"{where}: there is no parameter '{name}'.{nearest(name, known)} There are: {there}.")
        elif not _is_a(value, known[name]):
            problems.append(f"{where}: parameter '{name}' is {value!r}; expected {KINDS[known[name]]}.")
    if problems:
        raise ParameterError("\n".join(problems))


def code_of(notebook: Any) -> str:
    """The code of all cells."""
    return "\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")


def reads_of(code: str) -> Reads:
    """What a notebook's code takes from earlier ones, by the calls that stand in it."""
    called = [
        node for node in ast.walk(parsed(code)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    results = {
        str(call.args[0].value)
        for call in called
        if call.func.attr == "result" and call.args and isinstance(call.args[0], ast.Constant)  # type: ignore[attr-defined]
    }
    values = any(call.func.attr == "earlier_values" for call in called)  # type: ignore[attr-defined]
    return Reads(tuple(sorted(results)), values)


def normalised(notebook: Any) -> Any:
    """The executed notebook without what changes from run to run: times, paths, versions, random identifiers."""
    import nbformat

    clean = copy.deepcopy(notebook)
    clean.metadata = nbformat.from_dict(
        {"kernelspec": notebook.metadata.get("kernelspec", {}), "language_info": {"name": "python"}}
    )
    for number, cell in enumerate(clean.cells, start=1):
        tags = cell.metadata.get("tags", [])
        cell.id = INJECTED if INJECTED in tags else cell.get("id", f"cell-{number:02d}")
        if cell.cell_type == "code":
            # The book folds the code away, and shows the parameters that were given, not the defaults.
            tags = [*tags, "remove-cell" if "parameters" in tags else "hide-input"]
            cell.outputs = _outputs(cell.outputs)
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
    return clean


def as_text(notebook: Any) -> str:
    """A notebook as the text of its file."""
    import nbformat

    return nbformat.writes(notebook) + "\n"


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, int | float if kind is float else kind)


def _outputs(outputs: list[Any]) -> list[Any]:
    """Outputs with neighbouring pieces of one stream joined: where a stream is cut depends on timing."""
    joined: list[Any] = []
    for output in outputs:
        output.get("metadata", {}).clear()
        if output.output_type == "stream":
            output.text = re.sub(r"0x[0-9a-f]{6,}", "0x…", output.text)
            if joined and joined[-1].output_type == "stream" and joined[-1].name == output.name:
                joined[-1].text += output.text
                continue
        joined.append(output)
    return joined
