"""Selections of the exchange format: in a text, on a picture or page, in a recording or its transcript."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analysis.qda.project import Area
from analysis.qda.refi_account import Account, guid
from analysis.qda.refi_found import Span
from analysis.qda.xml import Element, local

WHO_AND_WHEN = frozenset({"guid", "name", "creatingUser", "creationDateTime"})
CORNERS = ("firstX", "firstY", "secondX", "secondY")
# What a selection of each kind says of its place.
PLACES: Mapping[str, tuple[str, ...]] = {
    "PlainTextSelection": ("startPosition", "endPosition"),
    "PictureSelection": CORNERS,
    "PDFSelection": ("page", *CORNERS),
    "AudioSelection": ("begin", "end"),
    "VideoSelection": ("begin", "end"),
    "TranscriptSelection": ("fromSyncPoint", "toSyncPoint"),
}
KEPT = {name: WHO_AND_WHEN.union(places) for name, places in PLACES.items()}
# Beyond it nothing is measured; and tables could not hold it.
LARGEST = 10**12
SPACES = re.compile(r"\s+")
ELLIPSIS = re.compile(r"\s*(…|\.\.\.)$")
# Start and end in a text, part of a picture or page, begin and finish in a recording.
Place = tuple[int | None, int | None, Area | None, int | None, int | None]
Sync = Mapping[str, tuple[int | None, int | None]]


@dataclass(frozen=True)
class Context:
    """What is known of a source when its selections are read."""

    source: str
    text: str = ""
    # The moments of a transcript: position in the text and milliseconds.
    sync: Sync = field(default_factory=dict)
    # QualCoder counts pages from 0 and points from the top.
    pages_from: int = 1

    @cached_property
    def flat(self) -> str:
        """The text with runs of spaces and line ends as single spaces, as an attribute may hold them."""
        return SPACES.sub(" ", self.text)


def span_of(element: Element, context: Context, account: Account) -> Span | None:
    """A selection without what is in it; None where its place cannot be read, which is told."""
    name = local(element)
    account.lose_attributes(element, KEPT[name])
    identifier = guid(element.get("guid")) or account.guid_of(element)
    try:
        place = _PLACED[name](element, context)
    except (KeyError, ValueError):
        told = f"a selection's place ({', '.join(PLACES[name])}) is missing or no number: its codings are left out"
        account.mend(told, f"{name} {identifier}")
        return None
    if name == "PDFSelection" and not context.pages_from:
        told = "pages counted from 0 and points from the top, as QualCoder does: pages are counted from 1"
        account.mend(f"{told}, the heights stay as found", f"{name} {identifier}")
    quoted = _quoted(name, element.get("name"), context, account)
    return Span(
        identifier, *place, quoted, None, guid(element.get("creatingUser")), element.get("creationDateTime", "")
    )


def _quoted(element: str, name: str | None, context: Context, account: Account) -> str | None:
    """A selection's name if it quotes the text, if only the beginning; another name is lost."""
    if not name or name.isspace():
        return None
    if name in context.text:
        return name
    beginning = ELLIPSIS.sub("", SPACES.sub(" ", name).strip())
    if beginning and beginning in context.flat:
        return name
    account.lose(f"{element}/@name (its name, which the text does not say)", name)
    return None


def _in_text(element: Element, context: Context) -> Place:  # noqa: ARG001
    return _whole(element.get("startPosition")), _whole(element.get("endPosition")), None, None, None


def _on_picture(element: Element, context: Context) -> Place:  # noqa: ARG001
    return None, None, _area(element), None, None


def _area(element: Element) -> Area:
    x, y, other_x, other_y = (_number(element.get(corner)) for corner in CORNERS)
    return Area(min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y))


def _on_page(element: Element, context: Context) -> Place:
    """Points from the bottom left of a page, where the top edge has the larger number."""
    page, area = _whole(element.get("page")) + 1 - context.pages_from, _area(element)
    top, bottom = (area.bottom, area.top) if context.pages_from else (area.top, area.bottom)
    return None, None, Area(area.left, top, area.right, bottom, page), None, None


def _in_recording(element: Element, context: Context) -> Place:  # noqa: ARG001
    return None, None, None, _whole(element.get("begin")), _whole(element.get("end"))


def _in_transcript(element: Element, context: Context) -> Place:
    """Its text where both moments have a position, else the time."""
    start, begin = context.sync[guid(element.get("fromSyncPoint"))]
    end, finish = context.sync[guid(element.get("toSyncPoint"))]
    if start is not None and end is not None:
        return start, end, None, None, None
    if begin is not None and finish is not None:
        return None, None, None, begin, finish
    raise ValueError(local(element))


def _whole(text: str | None) -> int:
    number = int(text or "")
    if abs(number) > LARGEST:
        raise ValueError(text)
    return number


def _number(text: str | None) -> float:
    number = float(text or "")
    # Said so that what is no number fails, too.
    if not abs(number) <= LARGEST:
        raise ValueError(text)
    return number


_PLACED: Mapping[str, Callable[[Element, Context], Place]] = {
    "PlainTextSelection": _in_text,
    "PictureSelection": _on_picture,
    "PDFSelection": _on_page,
    "AudioSelection": _in_recording,
    "VideoSelection": _in_recording,
    "TranscriptSelection": _in_transcript,
}
