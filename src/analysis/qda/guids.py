"""The identifiers that our codes, units, codings, coders, cases and memos bear in coding programs."""

import re
from collections.abc import Collection
from uuid import UUID, uuid5

# Fixed for ever: with another one nothing that comes back would be known again.
NAMESPACE = UUID("6d0f4a3e-6c0b-5f1e-9a55-3b1f5c0e7d21")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def guid_of(kind: str, identifier: str) -> str:
    """The GUID that we give to an entry: kind is code, unit, coding, coder, case or memo."""
    return str(uuid5(NAMESPACE, f"{kind}:{identifier}"))


def is_guid(text: str) -> bool:
    """Whether an identifier is a GUID, in lower case and without braces, as it stands in tables.

    >>> is_guid("6d0f4a3e-6c0b-5f1e-9a55-3b1f5c0e7d21"), is_guid("c0001")
    (True, False)
    """
    return GUID.fullmatch(text) is not None


def guid_for(kind: str, identifier: str) -> str:
    """The GUID under which an entry goes out: its identifier where that is one, so that what came in keeps its own."""
    return identifier if is_guid(identifier) else guid_of(kind, identifier)


def path_above(code: str, known: Collection[str]) -> str | None:
    """The nearest entry above a code by the dots of its identifier.

    >>> path_above("learn.ask.why", {"learn", "learn.ask"}), path_above("why", {"learn"})
    ('learn.ask', None)
    """
    above = code.rpartition(".")[0]
    while above and above not in known:
        above = above.rpartition(".")[0]
    return above or None


def readable(code: str) -> str:
    """A name made of an identifier.

    >>> readable("learn.ask.asks-how"), readable("humour")
    ('Asks how', 'Humour')
    """
    own = code.rpartition(".")[2].replace("-", " ").replace("_", " ").strip()
    return own[:1].upper() + own[1:] if own else code
