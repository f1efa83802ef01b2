"""Which of the package's code a notebook makes use of: its definitions, followed from one to the next by their names.

A notebook that calls one function of a module depends on that function, on what the function names in turn, and on
what happens when the modules are imported. It does not depend on the function beside it. Where names do not tell, as
when a module is handed on as a value, the whole module counts. So the answer may be too large, and never too small.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from analysis.parsing import parsed

PACKAGE = "analysis"
# What can reach code by a name that stands nowhere; whoever uses it makes use of the whole package.
BY_ANY_NAME = {"import_module", "__import__", "eval", "exec", "globals"}
# Any other decorator may enter what it decorates in a list, by which it is then reached.
ONLY_WRAP = {"computable", "dataclass", "contextmanager", "cache", "lru_cache"}
# How a module gets at what lies beside it in the package.
READS_BESIDE = re.compile(r"\bfiles\(|\b__file__\b")
Statement = ast.stmt
IMPORT = (ast.Import, ast.ImportFrom)
DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Place = tuple[str, str]
# All definitions of a module; and what happens when it is imported.
WHOLE, IMPORTED = "*", ""


@dataclass
class Module:
    """A module: what each name at its top stands for, and the statements that run when it is imported."""

    name: str
    path: Path
    lines: list[str]
    bound: dict[str, list[Statement]] = field(default_factory=dict)
    imports: list[Statement] = field(default_factory=list)
    at_import: list[Statement] = field(default_factory=list)

    def text_of(self, statement: Statement) -> str:
        """A statement as it stands in the file, decorators included."""
        decorators = [line.lineno for line in getattr(statement, "decorator_list", [])]
        return "".join(self.lines[min([statement.lineno, *decorators]) - 1 : statement.end_lineno])


def read_module(name: str, path: Path, source: str) -> Module:
    """Take a module apart into its definitions and the rest."""
    module = Module(name, path, source.splitlines(keepends=True))
    for statement in parsed(source).body:
        for bound in _binds(statement):
            module.bound.setdefault(bound, []).append(statement)
        if isinstance(statement, IMPORT):
            module.imports.append(statement)
        elif not (_is_said(statement) or _is_definition(statement)) or _is_entered_somewhere(statement):
            module.at_import.append(statement)
    return module


class Package:
    """The modules of the package, each read when it is first reached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, Module | None] = {}
        self._reached: dict[Place, list[Place]] = {}

    def module(self, name: str) -> Module | None:
        """The module of a dotted name; None where there is none in the package."""
        if name not in self._known:
            path = self._file_of(name)
            self._known[name] = read_module(name, path, path.read_text(encoding="utf-8")) if path else None
        return self._known[name]

    def reached_from(self, module: Module, name: str) -> list[Place]:
        """What a name of a module leads to: the import of its module, and all that its definition names."""
        place = (module.name, name)
        if place not in self._reached:
            above = module.name.rpartition(".")[0]
            named = _reached_by(module, _statements_at(module, name), self)
            handed_on = (
                meaning
                for bound in (module.bound if name == WHOLE else [name])
                for meaning in _meanings(module, bound, self, {})
            )
            found = [(module.name, IMPORTED), (above, IMPORTED), *named, *handed_on]
            self._reached[place] = list(dict.fromkeys(found))
        return self._reached[place]

    @cached_property
    def names(self) -> list[str]:
        """The dotted names of all modules."""
        inside = (path.relative_to(self.folder).with_suffix("").parts for path in sorted(self.folder.rglob("*.py")))
        return [".".join((PACKAGE, *(part for part in parts if part != "__init__"))) for parts in inside]

    def _file_of(self, name: str) -> Path | None:
        first, *parts = name.split(".")
        if first != PACKAGE:
            return None
        inside = self.folder.joinpath(*parts)
        candidates = ([inside.with_suffix(".py")] if parts else []) + [inside / "__init__.py"]
        return next((path for path in candidates if path.is_file()), None)


def code_behind(source: str, package: Package) -> dict[str, str]:
    """The modules that a source makes use of, each with the text of what is used of it."""
    waiting = list(_reached_by(read_module("", package.folder, source), parsed(source).body, package))
    used: dict[str, dict[int, Statement]] = {}
    seen: set[Place] = set()
    while waiting:
        place = waiting.pop()
        module = package.module(place[0])
        if place in seen or module is None:
            continue
        seen.add(place)
        used.setdefault(module.name, {}).update({line.lineno: line for line in _statements_at(module, place[1])})
        waiting += package.reached_from(module, place[1])
    return {name: _text(package.module(name), used[name]) for name in sorted(used)}


def _statements_at(module: Module, name: str) -> list[Statement]:
    if name == IMPORTED:
        return [*module.imports, *module.at_import]
    if name == WHOLE:
        return [*(statement for bound in module.bound.values() for statement in bound), *module.at_import]
    return module.bound.get(name, [])


def _text(module: Module | None, used: dict[int, Statement]) -> str:
    """What is used of a module; imports count by what they lead to."""
    told = [used[line] for line in sorted(used) if not isinstance(used[line], IMPORT)]
    text = "".join(map(module.text_of, told)) if module else ""
    return text + (_data_beside(module) if module and READS_BESIDE.search(text) else "")


def _data_beside(module: Module) -> str:
    """The data beside a module that reads files of the package; what an editor leaves there are none."""
    return "".join(path.read_text(encoding="utf-8") for path in sorted(module.path.parent.glob("[!.]*.yml")))


def _reached_by(module: Module, statements: list[Statement], package: Package) -> Iterator[Place]:
    """Every place of the package that statements of a module name."""
    for statement in statements:
        if isinstance(statement, IMPORT):
            found = _imported(statement, package)
            # A star, and a dotted name without another in its place, tell of no name by which it is used.
            yield from ((name, IMPORTED if bound.isidentifier() else WHOLE) for bound, (name, _) in found.items())
        else:
            yield from _named_in(module, statement, package)


def _named_in(module: Module, statement: Statement, package: Package) -> Iterator[Place]:
    nodes = list(ast.walk(statement))
    inner = [node for node in nodes if isinstance(node, IMPORT)]
    meant = {name: found for line in inner for name, found in _imported(line, package).items()}
    yield from ((name, IMPORTED) for name, _ in meant.values())
    followed = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from _followed(module, meant, node, package)
        if not isinstance(node, ast.Name):
            continue
        if node.id in BY_ANY_NAME:
            yield from ((name, WHOLE) for name in package.names)
        found = _meanings(module, node.id, package, meant)
        yield from (place for place in found if not (id(node) in followed and place[1] == WHOLE))
        # What is imported is followed to where it stands; other bindings happen at import.
        if any(_is_definition(line) and not isinstance(line, IMPORT) for line in module.bound.get(node.id, [])):
            yield (module.name, node.id)


def _followed(module: Module, meant: dict[str, Place], node: ast.Attribute, package: Package) -> Iterator[Place]:
    """What `module.name` leads to: that name alone, or all of a module in a module."""
    for found, name in _meanings(module, node.value.id, package, meant):  # type: ignore[attr-defined]
        if name == WHOLE:
            inside = f"{found}.{node.attr}"
            yield (inside, WHOLE) if package.module(inside) else (found, node.attr)


def _meanings(module: Module, name: str, package: Package, meant: dict[str, Place]) -> list[Place]:
    """The places of the package that an imported name can stand for; `meant` is what the statement itself imports."""
    bindings = (line for line in module.bound.get(name, []) if not isinstance(line, DEFINITION))
    imports = (line for binding in bindings for line in ast.walk(binding) if isinstance(line, IMPORT))
    found = (_imported(line, package).get(name) for line in imports)
    return [*([meant[name]] if name in meant else []), *filter(None, found)]


def _imported(statement: ast.Import | ast.ImportFrom, package: Package) -> dict[str, Place]:
    """The names that an import binds, each with the module, or the place in one, that it stands for."""
    if isinstance(statement, ast.Import):
        names = {alias.asname or alias.name: (alias.name, WHOLE) for alias in statement.names}
    else:
        start = statement.module or ""
        names = {}
        for alias in statement.names:
            inside = f"{start}.{alias.name}"
            is_module = package.module(inside) is not None
            names[alias.asname or alias.name] = (inside, WHOLE) if is_module else (start, alias.name)
    return {name: place for name, place in names.items() if place[0].split(".")[0] == PACKAGE}


def _is_definition(statement: Statement) -> bool:
    """Whether a statement at the top of a module gives names a meaning and does nothing else."""
    if isinstance(statement, ast.Assign):
        return all(isinstance(part, ast.Name) for target in statement.targets for part in _parts(target))
    return isinstance(statement, (*DEFINITION, *IMPORT, ast.AnnAssign))


def _parts(target: ast.expr) -> list[ast.expr]:
    return target.elts if isinstance(target, ast.Tuple) else [target]


def _binds(statement: Statement) -> set[str]:
    """The names to which a statement at the top of a module gives a meaning."""
    if isinstance(statement, DEFINITION):
        return {statement.name}
    nodes = list(ast.walk(statement))
    imported = (alias for node in nodes if isinstance(node, IMPORT) for alias in node.names)
    return {
        *(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)),
        *(node.name for node in nodes if isinstance(node, DEFINITION)),
        *(alias.asname or alias.name for alias in imported),
    }


def _is_said(statement: Statement) -> bool:
    """Whether a statement is a docstring, or none at all."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_entered_somewhere(statement: Statement) -> bool:
    """Whether a decorator may enter a definition in a list, by which it is then reached without its name."""
    decorators = (getattr(line, "func", line) for line in getattr(statement, "decorator_list", []))
    return any(getattr(decorator, "id", None) not in ONLY_WRAP for decorator in decorators)
