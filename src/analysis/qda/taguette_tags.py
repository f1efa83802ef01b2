"""Taguette's tags as a codebook: a tag's path is cut at dots, by which the program puts one tag below another."""

from uuid import UUID, uuid5

from analysis.qda.project import Code

# By which the program makes the identifiers in its own .qdc; so a codebook and a project have the same.
NAMESPACE = UUID("51b2b2b7-27eb-4ecb-9d56-e75b0a0496c2")
BELOW = "."


class Tags:
    """The codebook that tags make, each below the one that its path begins with."""

    def __init__(self) -> None:
        self._codes: dict[str, Code] = {}

    @property
    def codes(self) -> list[Code]:
        """The codes, each after the one above it."""
        return list(self._codes.values())

    def __contains__(self, path: str) -> bool:
        return path in self._codes and self._codes[path].codable

    def add(self, path: str, description: str | None = None, parent: str | None = None) -> str:
        """Add a tag, and give its identifier. Its parent is the path of another tag where the file says which."""
        above, name = _cut(path) if parent is None else (parent, path.removeprefix(f"{parent}{BELOW}"))
        if above and above not in self._codes:
            self._codes[above] = self._category(above)
        guid = str(uuid5(NAMESPACE, path))
        over = self._codes[above].guid if above else None
        self._codes[path] = Code(guid, name, over, description=description)
        return guid

    def guid(self, path: str) -> str:
        """The identifier of a tag."""
        return self._codes[path].guid

    def _category(self, path: str) -> Code:
        """What stands above a tag and is none itself, with all above it."""
        above, name = _cut(path)
        if above and above not in self._codes:
            self._codes[above] = self._category(above)
        over = self._codes[above].guid if above else None
        return Code(str(uuid5(NAMESPACE, path)), name, over, codable=False)


def _cut(path: str) -> tuple[str, str]:
    """The path of the tag above and a tag's own name; what is an abbreviation or a number is not cut.

    >>> _cut("people.hosts"), _cut("e.g. hosts"), _cut("version 1.2")
    (('people', 'hosts'), ('', 'e.g. hosts'), ('', 'version 1.2'))
    """
    parts = path.split(BELOW)
    is_path = all(part and part == part.strip() and not part.isdecimal() for part in parts)
    return (BELOW.join(parts[:-1]), parts[-1]) if is_path and len(parts) > 1 else ("", path)
