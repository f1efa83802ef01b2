"""What stands where a result would, when the data cannot give it.

A capture without replies has no reply rate. Its rate is neither 0 nor an error: it is *not computable*,
for a reason that the reader should see. A function that finds this out raises `CannotCompute`; the decorator
`computable` turns that into a `NotComputable`, which passes through every further step up to the page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


class CannotCompute(Exception):
    """The data lack what a result needs; the message is the reason, as a reader should see it."""


class NotComputable:
    """Stands where a result would, with the reason why there is none.

    Whatever is taken from it, called on it or indexed in it is the same absence again, so that a
    notebook reads alike whether or not the capture holds what a step needs.

    >>> rate = NotComputable("the capture has no replies")
    >>> rate
    not computable: the capture has no replies
    >>> rate["share"].max().reason
    'the capture has no replies'
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __getattr__(self, name: str) -> "NotComputable":
        # Protocol look-ups (copying, rich display, array conversion) must still see a plain object.
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __getitem__(self, _: object) -> "NotComputable":
        return self

    # Without it, __getitem__ above would make it an endless sequence.
    __iter__ = None

    def __call__(self, *_: object, **__: object) -> "NotComputable":  # noqa: D102
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NotComputable) and other.reason == self.reason

    def __hash__(self) -> int:
        return hash(self.reason)

    def __repr__(self) -> str:
        return f"not computable: {self.reason}"


def computable(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function pass on an absent argument, and answer `NotComputable` where it cannot compute."""

    @wraps(function)
    def answer(*args: P.args, **named: P.kwargs) -> R:
        for given in (*args, *named.values()):
            if isinstance(given, NotComputable):
                return cast(R, given)
        try:
            return function(*args, **named)
        except CannotCompute as reason:
            return cast(R, NotComputable(str(reason)))

    return answer


def need(table: Any, reason: str) -> None:
    """Raise `CannotCompute` with the reason when a table (or list) is empty."""
    if not len(table):
        raise CannotCompute(reason)
