"""The sources of a coded project matched to posts, comments, screenshots and documents.

A source is a unit by the GUID that we gave it, by a name that is the unit's identifier, a picture by its file's name or
content, and a text by what it says. Its text may differ from the unit's in line ends, in how accents are spelt, in
spaces at its ends, and in what an import masks. Whatever else differs makes a source a document of its own, unless it
is coded as a whole and no position depends on the text.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path

from analysis.qda.carrying import Carried, carried, carried_into_mask, likeness, tidied
from analysis.qda.guids import guid_of, is_guid
from analysis.qda.project import Project, Source
from analysis.qda.units import Unit, Units, last, stem

# Takes texts and gives them masked.
Mask = Callable[[Sequence[str]], list[str]]
# A GUID of this version is made from a name, as ours are.
NAMED = "5"


@dataclass(frozen=True)
class Match:
    """What a source is. `carried` brings its positions to the unit's text; None where they are the same."""

    unit: Unit
    source: Source
    is_new: bool = False
    carried: Carried | None = None
    told: str = ""


class Matcher:
    """Matches the sources of one project after another; what is no unit yet becomes a document."""

    def __init__(self, units: Units, mask: Mask) -> None:
        self._units, self._mask = units, mask

    def match(self, project: Project) -> dict[str, Match]:
        """What each source is, by its guid in the project."""
        placed = {coding.source for coding in project.codings if coding.start is not None}
        texts = [tidied(source.text or "") for source in project.sources]
        masked = map(_followed, texts, self._mask(texts))
        return {
            source.guid: self._match(_Said(source, tidy, safe, needs_text=source.guid in placed))
            for source, tidy, safe in zip(project.sources, texts, masked, strict=True)
        }

    def _match(self, said: "_Said") -> Match:
        unfit = ""
        for unit in self._candidates(said):
            fits, way = said.carried_to(unit)
            if fits:
                return Match(unit, said.source, carried=way, told=said.remark_on(unit))
            unfit = unfit or f"its text is not that of the {unit.unit_type} of its name, so it is kept as a document"
        return self._document(said, unfit)

    def _candidates(self, said: "_Said") -> Iterator[Unit]:
        """The units that a source may be, the surest first."""
        source = said.source
        if source.guid in self._units.by_id:
            yield self._units.by_id[source.guid]
        if source.guid[14:15] == NAMED and source.guid in self._units.by_guid:
            yield self._units.by_guid[source.guid]
        yield from filter(said.may_be_called, self._units.called(source.name))
        if source.kind == "picture" and source.path is not None:
            yield from filter(said.may_be_called, self._units.called(source.path.name))
        if source.kind != "text" and said.checksum in self._units.by_checksum:
            yield self._units.by_checksum[said.checksum or ""]
        if source.kind == "text" and said.words:
            alike = self._units.by_text.get(said.words, self._units.by_text.get(said.masked_words, []))
            # What two comments say alike tells neither.
            yield from alike if len(alike) == 1 else ()

    def _document(self, said: "_Said", told: str) -> Match:
        """A source as a document of the study, its text masked."""
        source = said.source
        identifier = source.guid if is_guid(source.guid) else guid_of("unit", source.guid)
        if identifier in self._units.by_id:
            # It came before with another text; what was coded in that text stays where it is.
            content = sha256((said.safe or said.checksum or "").encode()).hexdigest()
            identifier = guid_of("unit", f"{identifier} {content}")
            told = told or "its text is not the one that it came with before, so it is kept as another document"
        text = said.safe if source.text else None
        unit = Unit(identifier, "document", source.kind, text, source.name.strip(), said.checksum)
        if identifier in self._units.by_id:
            return Match(self._units.by_id[identifier], source, carried=said.into_safe, told=told)
        self._units.add(unit)
        return Match(unit, source, is_new=True, carried=said.into_safe, told=told)


@dataclass(frozen=True)
class _Said:
    """A source with its text as our tables would hold it, unmasked and masked."""

    source: Source
    tidy: str
    safe: str
    needs_text: bool

    @cached_property
    def words(self) -> str:
        return likeness(self.tidy)

    @cached_property
    def masked_words(self) -> str:
        return self.words if self.safe == self.tidy else likeness(self.safe)

    @cached_property
    def checksum(self) -> str | None:
        """The checksum of the source's file."""
        return _checksum(self.source.path) if self.source.path is not None else None

    @cached_property
    def into_safe(self) -> Carried | None:
        """The map from the text as coded to the text as a document holds it."""
        text = self.source.text or ""
        tidying = carried(text, self.tidy) if text != self.tidy else None
        if self.safe == self.tidy:
            return tidying
        masking = carried_into_mask(self.tidy, self.safe)
        return masking if tidying is None or masking is None else tidying.then(masking)

    def may_be_called(self, unit: Unit) -> bool:
        """Whether a unit of that name can be meant: a picture by a picture, a text by a text."""
        source = self.source
        if unit.form == source.kind:
            return source.kind == "text" or None in (unit.sha256, self.checksum) or unit.sha256 == self.checksum
        return source.kind == "text" and not source.text

    def carried_to(self, unit: Unit) -> tuple[bool, Carried | None]:
        """Whether a source can be a unit, and how its positions come to the unit's text; None as they are."""
        text = self.source.text or ""
        if not self.needs_text and (unit.unit_type != "document" or not text or not unit.text):
            return True, None
        if text == (unit.text or ""):
            return True, None
        way = carried(text, unit.text or "")
        if way is None and self.safe != self.tidy:
            into, after = self.into_safe, carried(self.safe, unit.text or "")
            way = into.then(after) if into is not None and after is not None else None
        return way is not None, way

    def remark_on(self, unit: Unit) -> str:
        """What to tell of a source whose name is in capitals, or that as a whole says something else than its unit."""
        if self._is_in_capitals(unit):
            return f"taken for {unit.unit_id}, which differs in upper and lower case only"
        if not self.source.text or unit.form != "text" or unit.unit_type == "document":
            return ""
        said = likeness(unit.text or "")
        return "" if said in (self.words, self.masked_words) else "its text differs, but it is coded as a whole"

    def _is_in_capitals(self, unit: Unit) -> bool:
        """Whether a source's name is the unit's identifier but for upper and lower case."""
        name, identifier = self.source.name, unit.unit_id
        is_alike = identifier.casefold() in (each.casefold() for each in (name, last(name), stem(name)))
        return is_alike and identifier not in (name, last(name), stem(name))


def _followed(text: str, masked: str) -> str:
    """A masked text; the text as it came where nobody can tell what was masked, and so where a position would be."""
    return text if masked != text and carried_into_mask(text, masked) is None else masked


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def shown(match: Match) -> str:
    """A source as its project calls it."""
    return f"{match.source.kind} source '{last(match.source.name)}'"
