"""The formats that codings come in, and which of them a file is in."""

from pathlib import Path

from analysis.qda import (
    coding_tables,
    nvivo_comparison,
    nvivo_tables,
    qdc,
    qualcoder,
    refi,
    taguette,
    taguette_tables,
    word_codebook,
)
from analysis.qda.candidates import glimpsed, is_cut_off
from analysis.qda.project import Candidate, CodingReader
from analysis.sources import registry as captures

READERS: tuple[CodingReader, ...] = (
    refi.READER,
    qdc.READER,
    qualcoder.READER,
    taguette.READER,
    taguette_tables.READER,
    nvivo_tables.READER,
    nvivo_comparison.READER,
    word_codebook.READER,
    coding_tables.READER,
)


def recognised(candidate: Candidate) -> CodingReader | None:
    """The first format that a file is in; None where it holds no codings, or is a capture."""
    if candidate.opened is not None and any(each.recognises(candidate.opened) for each in captures.READERS):
        return None
    found = next((each for each in READERS if each.recognises(candidate)), None)
    # A project that was cut off, or that lost its project file on the way, is still told as what it is.
    return refi.READER if found is None and _may_be_a_project(candidate) else found


def is_coding(path: Path, scratch: Path) -> bool:
    """Whether a file or folder holds codings or a codebook; `scratch` is a folder to unpack into."""
    return recognised(glimpsed(path, scratch)) is not None


def _may_be_a_project(candidate: Candidate) -> bool:
    """Whether a zip holds the sources of a project, or is broken before anything in it has a name."""
    return is_cut_off(candidate) or any(name.casefold().startswith("sources/") for name in candidate.members)
