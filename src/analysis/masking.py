"""Who is taken out of a captured corpus, and how: accounts become pseudonyms, and texts lose what leads to a person.

Both are done in the database while a capture is read. A pseudonym is a keyed digest: with the same key a later
capture of the same account joins, and without the key nobody can try out the accounts of a platform one by one.
Texts are masked by rule. The rules rather take a number too many than one too few, and leave a language's
words alone; what they cannot catch is said on the book's page on data and ethics.
"""

import os
import secrets
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from analysis import traces
from analysis.database import Connection, quoted
from analysis.errors import StudyError

KEY_BYTES, BLOCK = 32, 64
_OPENED = {f"‹{mark}›": sign for mark, sign in traces.MARKERS.items()}
_CLOSED = {**{sign: marker for marker, sign in _OPENED.items()}, traces.PART: ""}
# A look at each of these together tells whether a text holds a trace; most hold none and are spared every step. All in
# one would be too large for the engine, which would not fail but take some hundred times as long.
_LOOKS = (("without_addresses", "without_people", "without_numbers"), ("without_handles",))


def make_key(path: Path) -> bytes:
    """The study's key, made on first use; the file can be read by its owner only and is never written twice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(path)
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
    return read_key(path)


def read_key(path: Path) -> bytes:
    """The study's key. Raises `StudyError` when there is none or it is none."""
    told = "/".join(path.parts[-4:])
    advice = "Put back the copy that you kept; with another key every account gets another pseudonym."
    if not path.is_file():
        raise StudyError(f"{told}: the study's key is not there. {advice}")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise StudyError(f"{told}: not a key; expected {2 * KEY_BYTES} hexadecimal digits. {advice}") from error
    if len(key) != KEY_BYTES:
        raise StudyError(f"{told}: found {2 * len(key)} digits, expected {2 * KEY_BYTES}. {advice}")
    return key


def digest_of_key(path: Path) -> str:
    """Which key it is, in 16 digits that lead back to no key."""
    return sha256(b"which key: " + read_key(path)).hexdigest()[:16]


def define(db: Connection, key: bytes) -> None:
    """Give a connection the macros `pseudonym(account, account_name)` and `masked_text(captured, names)`."""
    for macro in _digests(key):
        db.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
    define_masks(db)


def define_masks(db: Connection) -> None:
    """Give a connection the macro `masked_text(captured, names)` alone, which needs no key."""
    for macro in _masks():
        db.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


def _digests(key: bytes) -> list[str]:
    """HMAC-SHA256 by its definition (RFC 2104): the database has the hash, not the keyed hash."""
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(BLOCK, b"\0")) for pad in (0x36, 0x5C))
    told = "coalesce('id:' || nullif(account, ''), 'name:' || nullif(account_name, ''))"
    return [
        f"keyed_digest(message) AS sha256({_blob(outer)} || unhex(sha256({_blob(inner)} || encode(message))))",
        f"pseudonym(account, account_name) AS 'a' || substr(keyed_digest({told}), 1, 16)",
    ]


def _masks() -> list[str]:
    """Each step of masking as a macro, and `masked_text`, which takes them only where there is something to take."""
    found, person = "named_in(captured, names)", quoted(traces.PERSON)
    steps = "without_numbers(without_handles(without_people({})))"
    start = "without_addresses(opened(captured))"
    # A name after its sign goes before other mentions, which end at a space; elsewhere it goes last.
    signed = steps.format(f"regexp_replace({start}, signed({found}), {person}, 'g')")
    named = f"regexp_replace({signed}, bare({found}), {person}, 'g')"
    masked_text = f"""CASE WHEN len({found}) > 0 THEN closed({named})
        WHEN {_suspect()} THEN closed({steps.format(start)})
        ELSE captured END"""
    return [
        f"opened(captured) AS {_renamed(_OPENED)}",
        *(f"{name}(captured) AS {_replaced(step)}" for name, step in traces.STEPS.items()),
        f"closed(captured) AS {_renamed(_CLOSED)}",
        *traces.NAMES,
        f"masked_text(captured, names) AS {masked_text}",
    ]


def _suspect() -> str:
    """Whether a captured text may hold a trace."""
    looks = [
        [pattern for step in look for pattern, _ in traces.STEPS[step] if pattern != traces.DAYS] for look in _LOOKS
    ]
    return " OR ".join(f"regexp_matches(captured, {quoted('|'.join(look))}, 'i')" for look in looks)


def _renamed(signs: Mapping[str, str]) -> str:
    query = "captured"
    for old, new in signs.items():
        query = f"replace({query}, {quoted(old)}, {quoted(new)})"
    return query


def _replaced(step: Iterable[tuple[str, str]]) -> str:
    query = "captured"
    for pattern, by in step:
        query = f"regexp_replace({query}, {quoted(pattern)}, {quoted(by)}, 'gi')"
    return query


def _blob(content: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02X}" for byte in content) + "'::BLOB"
