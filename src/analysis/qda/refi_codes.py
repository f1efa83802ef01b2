"""The codebook of the exchange format, in a project or a file of its own."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

from analysis.qda.project import Code
from analysis.qda.refi_account import Account, derived, guid
from analysis.qda.xml import Element, attributes_of, children, local, namespace, text_in

KEPT = frozenset({"guid", "name", "isCodable", "color"})
TRUTHS = {"true": True, "1": True, "false": False, "0": False}
# The name under which we export: our own trees may have a theme and a code of one name.
OURS = "Affordances compendium"


def codes_in(element: Element, account: Account, notes: list[tuple[str, str]]) -> list[Code]:
    """The codes below an element, each after the one above it; `notes` takes which note is about which code."""
    codes: dict[str, Code] = {}
    waiting: list[tuple[Element, str | None]] = [(child, None) for child in reversed(element)]
    while waiting:
        found, parent = waiting.pop()
        if local(found) != "Code":
            account.lose_element(found)
            continue
        code = _code(found, parent, codes, account)
        notes += [(guid(note.get("targetGUID")), code.guid) for note in children(found, "NoteRef")]
        waiting += [(child, code.guid) for child in reversed(found) if local(child) not in ("Description", "NoteRef")]
    return list(codes.values())


def _code(element: Element, parent: str | None, codes: dict[str, Code], account: Account) -> Code:
    """One code, added to those that were read."""
    attributes = account.taken(element, KEPT)
    guid = account.guid_of(element)
    name = (attributes.get("name") or "").strip()
    where = f"Code '{name or guid}'"
    if guid in codes:
        account.mend("a code's GUID stands twice; the second is given another, and codings keep the first", where)
        guid = derived(guid, str(len(codes)))
    if not name:
        account.mend("a code has no name; its GUID stands for it", where)
    codable = TRUTHS.get(attributes.get("isCodable", "").strip())
    if codable is None:
        account.mend("isCodable is missing or neither true nor false; the code is taken for codable", where)
    described = (text_in(next(children(element, "Description"), None)) or "").strip()
    colour = account.colour(attributes.get("color"), where)
    codes[guid] = Code(guid, name or guid, parent, colour, described or None, codable is not False)
    return codes[guid]


def without_doubles(codes: list[Code], account: Account) -> tuple[list[Code], dict[str, str]]:
    """The codes, a parent and a code that a program made of one codable parent being one again.

    Programs that tell categories from codes make two of a parent that may be given itself: a category, and a code of
    the same name elsewhere. Also gives which guid now stands for which.
    """
    parents = {code.parent for code in codes}
    named: dict[str, list[Code]] = defaultdict(list)
    for code in codes:
        named[code.name].append(code)
    same: dict[str, str] = {}
    whole: dict[str, Code] = {}
    for name, found in named.items():
        categories = [code for code in found if code.guid in parents and not code.codable]
        leaves = [code for code in found if code.guid not in parents and code.codable]
        if len(found) == 2 and categories and leaves:  # noqa: PLR2004
            category, leaf = categories[0], leaves[0]
            same[leaf.guid] = category.guid
            whole[category.guid] = _one_of(category, leaf)
            account.mend("a parent and a code of the same name are taken for one code", f"Code '{name}'")
    return [whole.get(code.guid, code) for code in codes if code.guid not in same], same


def _one_of(category: Code, leaf: Code) -> Code:
    told = [text for text in (category.description, leaf.description) if text]
    described = "\n".join(dict.fromkeys(told)) or None
    return replace(category, codable=True, colour=leaf.colour or category.colour, description=described)


def check_order(element: Element, order: tuple[str, ...], account: Account) -> None:
    """Tell of parts that stand in another order than the standard's, more than once, or empty."""
    names = [local(child) for child in element if local(child) in order]
    if any(order.index(first) > order.index(second) for first, second in pairwise(names)):
        account.mend("the parts stand in another order than the standard's", local(element))
    for name, count in Counter(names).items():
        if count > 1 and name != "NoteRef":
            account.mend(f"{count} parts <{name}>; the standard has one", local(element))


def check_root(element: Element, expected: str, account: Account) -> dict[str, str]:
    """The attributes of a document's first element, whose namespace should be the standard's."""
    if namespace(element) != expected:
        told = f"namespace '{namespace(element)}', expected '{expected}'; elements are read by their local names"
        account.mend(told, local(element))
    return attributes_of(element)
