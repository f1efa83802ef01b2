"""Texts that turn the direction of writing, and end it where they end.

Unicode has signs that set all that follows from right to left, or leave its direction open. A name of the data that
holds one and does not end it would turn the words of the page after it, too.
"""

from typing import Any

EMBEDDING, ISOLATE = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"
END_OF_EMBEDDING, END_OF_ISOLATE = "\u202c", "\u2069"


def closed(text: str) -> str:
    r"""A text with an end for each direction that it opens; every other text is as it was.

    >>> closed("a \u202eb \u2066c")
    'a \u202eb \u2066c\u2069\u202c'
    """
    ends: list[str] = []
    for sign in text:
        if sign in EMBEDDING:
            ends.append(END_OF_EMBEDDING)
        elif sign in ISOLATE:
            ends.append(END_OF_ISOLATE)
        elif sign in ends:
            # The end of an isolate ends what was opened inside it.
            del ends[len(ends) - 1 - ends[::-1].index(sign) :]
    return text + "".join(reversed(ends)) if ends else text


def closed_in(settings: Any) -> Any:
    """Settings in which every text is closed."""
    if isinstance(settings, dict):
        return {name: closed_in(value) for name, value in settings.items()}
    if isinstance(settings, list):
        return [closed_in(value) for value in settings]
    return closed(settings) if isinstance(settings, str) else settings
