"""Python's own parser, for one thread at a time."""

import ast
from threading import Lock

_ONE_AT_A_TIME = Lock()


def parsed(source: str) -> ast.Module:
    """The syntax tree of a source. Raises `SyntaxError` where it is none.

    CPython 3.11 counts how deep a tree is for all threads together, and raises `SystemError` when two of them count.
    """
    with _ONE_AT_A_TIME:
        return ast.parse(source)
