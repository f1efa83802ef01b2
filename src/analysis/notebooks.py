"""Run one notebook: what it reads, which parameters it takes, and how its output is made comparable.

A notebook says in its own cells what it depends on: `this.table("posts")` reads a canonical table, `coded_of(this)`
those of coding, `this.result("03-sample-posts")` a table of an earlier notebook, `this.earlier_values(…)` the values of
earlier ones, `this.bibliography` the book's references, an import a module. The pipeline reads these calls, so that
nothing has to be declared twice.
"""

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from analysis.errors import CompendiumError, NotebookError, ParameterError, nearest

TYPES = {"str": str, "int": int, "float": float, "bool": bool, "dict": dict, "list": list}
INJECTED = "injected-parameters"
# What `coded_of(this)` reads, all that was coded and can be coded.
CODED = ("codings", "readings", "history", "posts", "comments", "screenshots", "documents")
DIED_AT_START = "Kernel died before replying"
KINDS = {
    int: "a whole number", float: "a number", str: "a text", bool: "true or false", dict: "a block", list: "a list",
}  # fmt: skip


@dataclass(frozen=True)
class Reads:
    """What a notebook depends on, besides its own cells and parameters."""

    tables: tuple[str, ...]
    results: tuple[str, ...]
    values: bool
    bibliography: bool
    modules: tuple[str, ...]
    reasons: bool = False


def read_notebook(path: Path) -> Any:
    """Read a notebook. Raises `NotebookError` when the file is none."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise NotebookError(f"{path.name}: not a readable notebook: {error}. Restore it from git.") from error


def parameters_of(notebook: Any) -> dict[str, type]:
    """The notebook's parameters and their types, as its cell tagged `parameters` annotates them."""
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise NotebookError(f"Expected one cell tagged 'parameters', found {len(tagged)}. Tag the cell that sets them.")
    return {
        line.target.id: TYPES[line.annotation.id]
        for line in ast.parse(tagged[0].source).body
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and isinstance(line.annotation, ast.Name)
    }


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


def reads_of(notebook: Any) -> Reads:
    """What the notebook's cells read, by the calls and imports that stand in them."""
    tree = ast.parse("\n".join(_code(notebook)))
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]

    def first_arguments(method: str) -> tuple[str, ...]:
        named = {
            str(call.args[0].value)
            for call in called
            if call.func.attr == method and call.args and isinstance(call.args[0], ast.Constant)  # type: ignore[attr-defined]
        }
        return tuple(sorted(named))

    values = any(call.func.attr == "earlier_values" for call in called)  # type: ignore[attr-defined]
    bibliography = any(isinstance(node, ast.Attribute) and node.attr == "bibliography" for node in ast.walk(tree))
    modules = tuple(sorted(_imported(tree)))
    reasons = any(call.func.attr == "reasons" for call in called)  # type: ignore[attr-defined]
    tables = {*first_arguments("table"), *(CODED if _names(tree, "coded_of") else ())}
    return Reads(tuple(sorted(tables)), first_arguments("result"), values, bibliography, modules, reasons)


def _names(tree: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


def modules_behind(names: tuple[str, ...], package: Path) -> list[Path]:
    """The files of the package that these modules are made of, with all that they import in turn."""
    found: dict[str, Path] = {}
    waiting = ["analysis", *names]
    while waiting:
        name = waiting.pop()
        path = _file_of(name, package)
        if path is None or name in found:
            continue
        found[name] = path
        waiting += [name.rpartition(".")[0], *_imported(ast.parse(path.read_text(encoding="utf-8")))]
    return [found[name] for name in sorted(found)]


def run_notebook(path: Path, parameters: Mapping[str, Any], *, folder: Path) -> Any:
    """Run a notebook through Papermill in `folder` and give back the executed one, normalised.

    Raises `ParameterError` before it starts, and `NotebookError` with the failing cell when it fails.
    """
    # Papermill takes half a second to load: only a run needs it.
    import papermill

    check_parameters(parameters, parameters_of(read_notebook(path)), where=path.stem)
    try:
        with _interrupts_kept():
            executed = _executed(path, parameters, folder)
    except papermill.PapermillExecutionError as error:
        if error.ename in {kind.__name__ for kind in CompendiumError.__subclasses__()}:
            # What is wrong is in the data or the settings, and said already: the cell is not to blame.
            raise NotebookError(f"{path.stem}: {error.evalue}\nThe previous results stay as they were.") from error
        told = "\n".join(error.source.splitlines()[:10])
        raise NotebookError(
            f"{path.name}, cell {error.cell_index}: {error.ename}: {error.evalue}\n\n{told}\n\n"
            "The previous results stay as they were. Mend the cell or its data, then run the same command again."
        ) from error
    return normalised(executed)


@contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Raise `KeyboardInterrupt` for an interrupt that the runner took, which loses it while a kernel starts or ends."""
    from jupyter_core.utils import ensure_event_loop

    loop, seen = ensure_event_loop(), list[int]()
    handle = loop.add_signal_handler

    def noticed(number: int, callback: Callable[..., object], *given: Any) -> None:
        def told() -> None:
            seen.append(number)
            callback(*given)

        handle(number, told)

    loop.add_signal_handler = noticed  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        del loop.add_signal_handler
        if seen:
            raise KeyboardInterrupt


def _executed(path: Path, parameters: Mapping[str, Any], folder: Path, starts: int = 3) -> Any:
    """Let Papermill run the notebook; a kernel that dies before its first cell is started again."""
    import papermill

    try:
        return papermill.execute_notebook(
            str(path),
            None,
            dict(parameters),
            kernel_name="python3",
            language="python",
            cwd=str(folder),
            progress_bar=False,
            log_output=False,
            # The kernel talks over the loopback only, and its warning about that would hide what matters.
            extra_arguments=["--log-level=ERROR"],
            # Nothing is left to do in a kernel whose last cell is done: its results are in the outputs.
            shutdown_kernel="immediate",
        )
    except RuntimeError as error:
        # Two kernels that start at one moment can be given the same port.
        if starts == 1 or not str(error).startswith(DIED_AT_START):
            raise NotebookError(
                f"{path.name}: its kernel gave up: {error}. The previous results stay as they were. "
                "Look whether memory ran out, then run the same command again."
            ) from error
        return _executed(path, parameters, folder, starts - 1)


def normalised(notebook: Any) -> Any:
    """The executed notebook without what changes from run to run: times, paths, versions, random identifiers."""
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
    return nbformat.writes(notebook) + "\n"


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, int | float if kind is float else kind)


def _code(notebook: Any) -> Iterator[str]:
    return (cell.source for cell in notebook.cells if cell.cell_type == "code")


def _imported(tree: ast.AST) -> set[str]:
    """The package's modules that a source imports, by their dotted names."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.partition(".")[0] == "analysis"}


def _file_of(name: str, package: Path) -> Path | None:
    inside = package.joinpath(*name.split(".")[1:])
    candidates = (
        (inside.with_suffix(".py"), inside / "__init__.py") if inside != package else (package / "__init__.py",)
    )
    return next((path for path in candidates if path.is_file()), None)


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
