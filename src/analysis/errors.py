"""What can go wrong, and what is said then.

    CompendiumError          anything that the user can mend; shown without a traceback
    ├── StudyError           a study that is unknown, or whose study.yml is wrong
    ├── TableError           a table whose columns or cells are wrong
    ├── CaptureError         a capture file that cannot be read as what it should be
    ├── CodingError          a file of codings that cannot be read as what it should be
    ├── ParameterError       a notebook parameter that does not exist or is ill-typed
    ├── NotebookError        a notebook that failed while it ran
    ├── BookError            a book that could not be built
    ├── ClusterError         a cluster that is not there, or lacks what it needs
    └── BusyError            another process is writing the same results

A message says where, what was found, what was expected, and what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class CompendiumError(Exception):
    """Anything that the user can mend."""


class StudyError(CompendiumError):
    """A study that is unknown, or whose study.yml is wrong."""


class TableError(CompendiumError):
    """A table whose columns or cells are wrong."""


class CaptureError(CompendiumError):
    """A capture file that cannot be read as what it should be."""


class CodingError(CompendiumError):
    """A file of codings that cannot be read as what it should be."""


class ParameterError(CompendiumError):
    """A notebook parameter that does not exist or is ill-typed."""


class NotebookError(CompendiumError):
    """A notebook that failed while it ran."""


class BookError(CompendiumError):
    """A book that could not be built."""


class ClusterError(CompendiumError):
    """A cluster that is not there, or lacks what it needs."""


class BusyError(CompendiumError):
    """Another process is writing the same results."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name is closest to a mistyped one: ' Nearest: likes.', or nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Nearest: '{close[0]}'." if close else ""
