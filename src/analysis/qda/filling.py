"""Texts for sources that come without one, so that positions and quotations can be found in the units they name."""

from collections.abc import Mapping
from dataclasses import replace

from analysis.qda.project import Coding, Loss, Project, Source
from analysis.qda.units import Units

UNFOUND = "where a quotation stands: it is not in the unit exactly once, so the whole unit is coded"


def filled(project: Project, units: Units) -> Project:
    """A project whose sources without a text have those of the units that they name, and quotations their places.

    A table of codings names units and quotes them, and leaves their texts to whoever has them.
    """
    wanted = {coding.source for coding in project.codings if coding.start is not None or coding.quoted}
    texts = {
        source.guid: text
        for source in project.sources
        if source.guid in wanted and source.kind == "text" and source.text is None and (text := _text(source, units))
    }
    if not texts:
        return project
    sources = [replace(source, text=texts.get(source.guid, source.text)) for source in project.sources]
    codings = [_placed(coding, texts) for coding in project.codings]
    unplaced = [
        coding for coding in codings if coding.source in texts and coding.start is None and coding.quoted is not None
    ]
    lost = [Loss(UNFOUND, len(unplaced), unplaced[0].quoted or "")] if unplaced else []
    return replace(project, sources=sources, codings=codings, lost=[*project.lost, *lost])


def _text(source: Source, units: Units) -> str | None:
    """The text of the unit that a source names."""
    named = units.by_id.get(source.guid) or units.by_guid.get(source.guid)
    return named.text if named else next((unit.text for unit in units.called(source.name) if unit.text), None)


def _placed(coding: Coding, texts: Mapping[str, str]) -> Coding:
    """A coding at the only place where its unit says what it quotes."""
    text = texts.get(coding.source, "")
    if coding.start is not None or not coding.quoted or text.count(coding.quoted) != 1:
        return coding
    start = text.index(coding.quoted)
    return replace(coding, start=start, end=start + len(coding.quoted))
