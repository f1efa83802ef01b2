"""The sources of a REFI-QDA document written, with what is coded in them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis.qda.guids import guid_of
from analysis.qda.project import Area, Coding, Project, Source
from analysis.qda.refi_parts import Parts, is_placed

if TYPE_CHECKING:
    from analysis.qda.xml import Element
else:
    Element = Any

TAGS = {"text": "TextSource", "picture": "PictureSource", "pdf": "PDFSource", "audio": "AudioSource",
        "video": "VideoSource"}  # fmt: skip
# The element that holds the text of a source that is no text itself.
ITS_TEXT = {"picture": "TextDescription", "pdf": "Representation", "audio": "Transcript", "video": "Transcript"}
RECORDINGS = ("audio", "video")
LONGEST_QUOTE = 80
# Start and end, begin and finish, page and corners; -1 for what does not apply.
Place = tuple[int, ...]
NO_TEXT, NO_TIME, NO_AREA = (-1, -1), (-1, -1), (-1, -1, -1, -1, -1)


class SourceWriter:
    """Writes each source in the order that the standard has for its kind."""

    def __init__(self, project: Project, parts: Parts) -> None:
        self._parts = parts
        self._coded: dict[str, list[Coding]] = defaultdict(list)
        for coding in project.codings:
            self._coded[coding.source].append(coding)

    def add(self, parent: Element, source: Source) -> None:
        """Add a source."""
        parts = self._parts
        codings = sorted(self._coded[source.guid], key=lambda coding: coding.guid)
        path = f"internal://{file_of(source)}" if source.path is not None else None
        text = f"internal://{text_file_of(source)}" if source.kind == "text" and source.text is not None else None
        made = parts.add(parent, TAGS[source.kind], guid=source.guid, name=source.name, path=path, plainTextPath=text)
        parts.say(made, "Description", source.description)
        in_text = [coding for coding in codings if coding.start is not None]
        elsewhere = [coding for coding in codings if coding.start is None and is_placed(coding)]
        if source.kind == "text":
            self._in_text(made, source, in_text)
        elif source.kind == "pdf":
            self._on_pages(made, elsewhere)
            self._its_text(made, source, in_text)
        else:
            self._its_text(made, source, in_text)
            self._on_pages(made, elsewhere) if source.kind == "picture" else self._in_time(made, source, elsewhere)
        parts.code(made, [coding for coding in codings if not is_placed(coding)])
        parts.refer(made, "unit", source.guid)
        parts.value(made, source.guid)

    def _its_text(self, parent: Element, source: Source, codings: Sequence[Coding]) -> None:
        """The text of a page, picture or recording, and what is coded in it."""
        if source.text is None:
            return
        guid, path = guid_of("text", source.guid), f"internal://{text_file_of(source)}"
        made = self._parts.add(parent, ITS_TEXT[source.kind], guid=guid, plainTextPath=path)
        if source.kind in RECORDINGS:
            self._in_transcript(made, source, codings)
        else:
            self._in_text(made, source, codings)

    def _in_text(self, parent: Element, source: Source, codings: Sequence[Coding]) -> None:
        for place, selected in self._selections(codings):
            start, end = place[:2]
            quoted = (source.text or "")[start:end]
            name = quoted if len(quoted) <= LONGEST_QUOTE else f"{quoted[:LONGEST_QUOTE].rstrip()}…"
            where = {"startPosition": start, "endPosition": end, "name": name or None}
            self._selection(parent, "PlainTextSelection", where, selected)

    def _in_transcript(self, parent: Element, source: Source, codings: Sequence[Coding]) -> None:
        """In a transcript places are told by moments, which come before all selections."""
        selections = list(self._selections(codings))
        moments = sorted({position for place, _ in selections for position in place[:2]})
        guids = {position: guid_of("moment", f"{source.guid} {position}") for position in moments}
        for position in moments:
            self._parts.add(parent, "SyncPoint", guid=guids[position], position=position)
        for place, selected in selections:
            where = {"fromSyncPoint": guids[place[0]], "toSyncPoint": guids[place[1]]}
            self._selection(parent, "TranscriptSelection", where, selected)

    def _on_pages(self, parent: Element, codings: Sequence[Coding]) -> None:
        """On a picture in pixels, on a page in points; both whole numbers by the standard."""
        for place, selected in self._selections(codings):
            page, *corners = place[4:]
            where = dict(zip(("firstX", "firstY", "secondX", "secondY"), corners, strict=True))
            if page < 0:
                self._selection(parent, "PictureSelection", where, selected)
            else:
                self._selection(parent, "PDFSelection", {"page": page, **where}, selected)

    def _in_time(self, parent: Element, source: Source, codings: Sequence[Coding]) -> None:
        tag = "AudioSelection" if source.kind == "audio" else "VideoSelection"
        for place, selected in self._selections(codings):
            self._selection(parent, tag, {"begin": place[2], "end": place[3]}, selected)

    def _selections(self, codings: Sequence[Coding]) -> Iterator[tuple[Place, list[Coding]]]:
        """The codings by what they select, each coder's for themselves: a remark is one on the whole selection."""
        found: dict[tuple[Place, str, str], list[Coding]] = defaultdict(list)
        for coding in codings:
            found[_place(coding), self._parts.user(coding) or "", coding.memo or ""].append(coding)
        for key in sorted(found):
            yield key[0], found[key]

    def _selection(
        self, parent: Element, tag: str, where: Mapping[str, int | str | None], codings: Sequence[Coding]
    ) -> None:
        first, parts = codings[0], self._parts
        user = parts.user(first)
        told = "\n".join((first.source, *map(str, _place(first)), user or "", first.memo or ""))
        made_by = parts.by(user, min((coding.coded_at for coding in codings if coding.coded_at), default=None))
        made = parts.add(parent, tag, guid=guid_of("selection", told), **where, **made_by)
        parts.say(made, "Description", first.memo)
        parts.code(made, codings)


def _place(coding: Coding) -> Place:
    """What a coding selects."""
    return (*_pair(coding.start, coding.end), *_pair(coding.begin, coding.finish), *_corners(coding.area))


def _pair(first: int | None, second: int | None) -> tuple[int, int]:
    return (-1, -1) if first is None or second is None else (first, second)


def _corners(area: Area | None) -> tuple[int, ...]:
    if area is None:
        return (-1,) * 5
    page = -1 if area.page is None else area.page
    return (page, *(round(side) for side in (area.left, area.top, area.right, area.bottom)))


def texts_of(source: Source) -> Iterator[tuple[str, bytes]]:
    """The text of a source as a file: in UTF-8, line ends as they are, without a byte-order mark."""
    if source.text is not None:
        yield text_file_of(source), source.text.encode("utf-8", errors="replace")


def text_file_of(source: Source) -> str:
    """What the file of a source's text is called in an archive."""
    return f"{source.guid if source.kind == 'text' else guid_of('text', source.guid)}.txt"


def file_of(source: Source) -> str:
    """What the file of a picture, page or recording is called in an archive."""
    ending = source.path.suffix.lower() if source.path is not None else ""
    return f"{source.guid}{ending}"
