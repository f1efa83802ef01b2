"""What is found in the sources of the exchange format before it is known whom and what it refers to."""

from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.qda.project import Area, Memo, Source, VariableKind
from analysis.qda.refi_account import Account


class Span(NamedTuple):
    """A selection: what part of a source it is, who made it when, and what is said of it."""

    guid: str
    start: int | None = None
    end: int | None = None
    area: Area | None = None
    begin: int | None = None
    finish: int | None = None
    quoted: str | None = None
    memo: str | None = None
    user: str = ""
    time: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it is part of a text."""
        return self.start is not None

    @property
    def place(self) -> tuple[object, ...]:
        """What part of a source it is."""
        return self[1:6]


class Given(NamedTuple):
    """A code given to a selection or, without one, to a whole source; the user and the code by their GUIDs."""

    guid: str
    source: str
    code: str
    user: str
    time: str
    span: Span | None


class Valued(NamedTuple):
    """The value of one variable, known by its GUID, of a source or case."""

    about: str
    variable: str
    kind: VariableKind
    value: str


@dataclass
class Found:
    """Everything in the sources, and which note is about what: note, kind of thing, its guid."""

    sources: dict[str, Source] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    values: list[Valued] = field(default_factory=list)
    noted: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: list[Memo] = field(default_factory=list)


def once(given: list[Given], account: Account) -> list[Given]:
    """The codings of one source without those that stand there twice: in a text and on the page that shows it.

    Of two selections with one GUID the one in the text is kept, as its words are known.
    """
    if len({each.span.guid if each.span else each.guid for each in given}) == len(given):
        return given
    kept: dict[tuple[object, ...], Given] = {}
    for each in given:
        key = _key(each)
        other = kept.get(key)
        if other is None:
            kept[key] = each
        elif other.span is not None and each.span is not None and other.span.is_text != each.span.is_text:
            account.lose("the part of a page or recording of a selection that is also in its text", each.span.guid)
            kept[key] = each if each.span.is_text else other
        elif other.span is None or each.span is None or other.span.place == each.span.place:
            account.mend("a coding stands twice; it is counted once", f"Coding {each.guid}")
        else:
            kept[*key, each.span.place] = each
    return list(kept.values())


def _key(given: Given) -> tuple[object, ...]:
    """What makes two codings one."""
    return (given.span.guid if given.span else None, given.code, given.user, given.guid if given.span is None else "")
