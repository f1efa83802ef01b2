"""The sources of the exchange format and what is coded in them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from analysis.qda.project import Memo, Source, SourceKind
from analysis.qda.refi_account import Account, derived, guid
from analysis.qda.refi_files import Files, Text, text_of
from analysis.qda.refi_found import Found, Given, Span, once
from analysis.qda.refi_rest import value_in
from analysis.qda.refi_spans import PLACES, Context, Sync, span_of
from analysis.qda.xml import Element, children, local, text_in

KINDS: Mapping[str, SourceKind] = {
    "TextSource": "text",
    "PictureSource": "picture",
    "PDFSource": "pdf",
    "AudioSource": "audio",
    "VideoSource": "video",
}
TEXT_KEPT = frozenset({"guid", "name", "plainTextPath", "richTextPath"})
MEDIUM_KEPT = frozenset({"guid", "name", "path"})
# The text that belongs to a source of another kind: what is on a page or picture, what is said in a recording.
ITS_TEXT = ("Representation", "TextDescription", "Transcript")
ITS_TEXT_KEPT = TEXT_KEPT - {"name"}
CODING_KEPT = frozenset({"guid", "creatingUser", "creationDateTime"})


class SourceReader:
    """Reads one source after another into what was found."""

    def __init__(self, files: Files, account: Account, *, pages_from: int) -> None:
        self.found = Found()
        self._files, self._account, self._pages_from = files, account, pages_from

    def add(self, element: Element) -> None:
        """Read a source with all that is in it."""
        kind = KINDS[local(element)]
        attributes = self._account.taken(element, TEXT_KEPT if kind == "text" else MEDIUM_KEPT)
        identifier = self._account.guid_of(element)
        where = f"{local(element)} '{attributes.get('name') or identifier}'"
        if identifier in self.found.sources:
            self._account.mend("a source's GUID stands twice; the second is given another", where)
            identifier = derived(identifier, str(len(self.found.sources)))
        content = self._text(element, where) if kind == "text" else self._text_of_medium(element, where)
        path = None if kind == "text" else self._medium(attributes, where)
        described = (text_in(next(children(element, "Description"), None)) or "").strip() or None
        name = attributes.get("name") or identifier
        self.found.sources[identifier] = Source(identifier, name, kind, content.text, content.raw, path, described)
        self._read_into(element, Context(identifier, content.text or "", pages_from=self._pages_from))

    def _medium(self, attributes: dict[str, str], where: str) -> Path | None:
        """The file of a picture, PDF or recording."""
        if not attributes.get("path"):
            self._account.mend("names no file; the source stands without content", where)
            return None
        return self._files.unpack(attributes["path"], where)

    def _text_of_medium(self, element: Element, where: str) -> Text:
        """The first text that belongs to a source of another kind."""
        its = next((child for child in element if local(child) in ITS_TEXT), None)
        return Text() if its is None else self._text(its, where)

    def _text(self, element: Element, where: str) -> Text:
        """A text from its file or as it stands in the XML."""
        return text_of(element, where, self._files, self._account)

    def _read_into(self, element: Element, context: Context) -> None:
        """Read what stands in a source: selections, codings of all of it, notes, values, its text."""
        first = len(self.found.given)
        its_text = False
        for child in element:
            name = local(child)
            if name in PLACES:
                self._selection(child, context)
            elif name == "Coding":
                self._coding(child, context.source, None)
            elif name == "NoteRef":
                self.found.noted.append((guid(child.get("targetGUID")), "unit", context.source))
            elif name == "VariableValue":
                self.found.values += value_in(child, context.source, self._account)
            elif name in ITS_TEXT and not its_text:
                its_text = True
                self._its_text(child, context)
            elif name in ITS_TEXT:
                self._further_text(child, context)
            elif name not in ("Description", "PlainTextContent"):
                self._account.lose_element(child)
        self.found.given[first:] = once(self.found.given[first:], self._account)

    def _its_text(self, element: Element, context: Context) -> None:
        """Selections in the text that belongs to a source of another kind count as selections of the source."""
        self._account.lose_attributes(element, ITS_TEXT_KEPT)
        sync = self._moments(element)
        for child in element:
            name = local(child)
            if name in PLACES:
                self._selection(child, replace(context, sync=sync))
            elif name == "Coding":
                self._coding(child, context.source, None)
            elif name == "NoteRef":
                self.found.noted.append((guid(child.get("targetGUID")), "unit", context.source))
            elif name not in ("PlainTextContent", "SyncPoint"):
                self._account.lose_element(child)

    def _further_text(self, element: Element, context: Context) -> None:
        """A second transcript is a text source of its own."""
        attributes = self._account.taken(element, TEXT_KEPT)
        identifier = self._account.guid_of(element)
        medium = self.found.sources[context.source]
        name = attributes.get("name") or f"{medium.name}, {local(element).lower()}"
        where = f"{local(element)} '{name}'"
        self._account.mend("a further text of the same source is taken for a source of its own", where)
        content = self._text(element, where)
        self.found.sources[identifier] = Source(identifier, name, "text", content.text, content.raw)
        self._its_text(element, Context(identifier, content.text or ""))

    def _moments(self, element: Element) -> Sync:
        """The moments of a transcript."""
        moments = {}
        for point in children(element, "SyncPoint"):
            moments[guid(point.get("guid"))] = (_maybe(point.get("position")), _maybe(point.get("timeStamp")))
            self._account.lose("SyncPoint (where transcript and recording meet)")
        return moments

    def _selection(self, element: Element, context: Context) -> None:
        """A selection and the codes given to it."""
        span = span_of(element, context, self._account)
        codings, notes, described = [], [], ""
        for child in element:
            name = local(child)
            if name == "Coding":
                codings.append(child)
            elif name == "NoteRef":
                notes.append(guid(child.get("targetGUID")))
            elif name == "Description":
                described = (text_in(child) or "").strip()
            elif name == "Representation" and span is not None:
                span = span._replace(quoted=self._text(child, f"PDFSelection {span.guid}").text or None)
            else:
                self._account.lose_element(child)
        if span is None:
            self._account.lose(f"{local(element)} without a place", described)
        elif codings:
            coded = span._replace(memo=described) if described else span
            given = [each for coding in codings for each in self._coding(coding, context.source, coded)]
            self.found.noted += [(note, "coding", each.guid) for note in notes for each in given]
        else:
            self._uncoded(element, span, described, notes, context.source)

    def _uncoded(self, element: Element, span: Span, described: str, notes: list[str], source: str) -> None:
        """A selection to which no code is given: what is said of it is a note on the source."""
        name = local(element)
        self.found.noted += [(note, "unit", source) for note in notes]
        if described:
            written = self._account.when(span.time, f"{name} {span.guid}")
            memo = Memo(derived(span.guid, "description"), "unit", source, described, span.user or None, written)
            self.found.remarks.append(memo)
        if described or notes:
            self._account.lose(f"{name} (where the remark on it stands, no code being given)", span.quoted or "")
        else:
            self._account.lose(f"{name} without a code", span.quoted or "")

    def _coding(self, element: Element, source: str, span: Span | None) -> list[Given]:
        """The codes that a coding gives: one by the standard."""
        self._account.lose_attributes(element, CODING_KEPT)
        identifier = guid(element.get("guid")) or self._account.guid_of(element)
        user, time = guid(element.get("creatingUser")), element.get("creationDateTime", "")
        given: list[Given] = []
        for child in element:
            name = local(child)
            if name == "CodeRef":
                own = derived(identifier, str(len(given))) if given else identifier
                given.append(Given(own, source, guid(child.get("targetGUID")), user, time, span))
            elif name == "NoteRef":
                self.found.noted.append((guid(child.get("targetGUID")), "coding", identifier))
            else:
                self._account.lose_element(child)
        if len(given) != 1:
            self._account.mend(f"a coding gives {len(given)} codes; the standard has one", f"Coding {identifier}")
        self.found.given += given
        return given


def _maybe(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None
