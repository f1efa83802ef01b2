"""Rounds of coding in the names of users: the exchange format knows who coded and when, but no rounds."""

import re

MARKED = re.compile(r"(.+?) \(round ([1-9]\d{0,3})\)")


def user_name(coder: str, number: int | None) -> str:
    """The user that stands for a coder in one round.

    >>> user_name("Ann", 2), user_name("Ann", None)
    ('Ann (round 2)', 'Ann')
    """
    return coder if number is None else f"{coder} (round {number})"


def coder_and_round(user: str | None) -> tuple[str | None, int | None]:
    """The coder and the round that a user's name tells; None where it tells no round.

    >>> coder_and_round("Ann (round 2)"), coder_and_round("Ann")
    (('Ann', 2), ('Ann', None))
    """
    found = MARKED.fullmatch(user or "")
    return (found[1], int(found[2])) if found else (user, None)
