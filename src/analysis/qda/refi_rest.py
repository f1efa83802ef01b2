"""What stands in a project of the exchange format beside codes and sources: users, variables, cases, notes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from analysis.qda.project import Case, Memo, VariableKind
from analysis.qda.refi_account import Account, derived, guid
from analysis.qda.refi_files import Files, text_of
from analysis.qda.refi_found import Valued
from analysis.qda.xml import Element, children, local, text_in

VALUES: Mapping[str, VariableKind] = {
    "TextValue": "text",
    "BooleanValue": "boolean",
    "IntegerValue": "integer",
    "FloatValue": "number",
    "DateValue": "date",
    "DateTimeValue": "time",
}
# Whose value it is, variable, kind, value.
Named = tuple[str, str, VariableKind, str]
TRUTHS = {"1": "true", "0": "false"}
NOTE_KEPT = frozenset({"guid", "name", "plainTextPath", "richTextPath", "creatingUser", "creationDateTime"})
LOST_WITH_ALL = {"Links": "Link", "Sets": "Set", "Graphs": "Graph"}


class Note(NamedTuple):
    """A note before it is known what it is about; the user by the GUID."""

    guid: str
    text: str
    user: str
    time: str


@dataclass(frozen=True)
class Users:
    """Who worked on a project: names by GUID."""

    names: Mapping[str, str]

    def name(self, user: str, account: Account) -> str | None:
        """A user's name; the GUID where the project does not list it, which is told; None for nobody."""
        if not user:
            return None
        if user not in self.names:
            account.mend("a user is not among the project's users; the GUID stands for the name", f"User {user}")
        return self.names.get(user, user)


def users_in(element: Element, account: Account) -> Users:
    """The users of a project."""
    names: dict[str, str] = {}
    for user in children(element, "User"):
        attributes = account.taken(user, frozenset({"guid", "name"}))
        identifier = account.guid_of(user)
        name = (attributes.get("name") or "").strip()
        if not name:
            account.mend("a user has no name; the short name or GUID stands for it", f"User {identifier}")
            name = attributes.get("id", "").strip() or identifier
        elif name in names.values():
            account.mend("two users of one name are taken for one coder", f"User '{name}'")
        names[identifier] = name
    return Users(names)


def variables_in(element: Element, account: Account) -> dict[str, str]:
    """The names of a project's variables by GUID."""
    names = {}
    for variable in children(element, "Variable"):
        attributes = account.taken(variable, frozenset({"guid", "name", "typeOfVariable"}))
        identifier = account.guid_of(variable)
        names[identifier] = (attributes.get("name") or "").strip() or identifier
        for child in variable:
            account.lose_element(child)
    return names


def value_in(element: Element, about: str, account: Account) -> list[Valued]:
    """The value of a variable; none where it is left empty."""
    variable = next((guid(child.get("targetGUID")) for child in children(element, "VariableRef")), "")
    values = []
    for child in element:
        kind = VALUES.get(local(child))
        text = (text_in(child) or "").strip()
        if kind is None and local(child) != "VariableRef":
            account.lose_element(child)
        elif kind is not None and text:
            values.append(Valued(about, variable, kind, _value(text, kind, account)))
    return values


def _value(text: str, kind: VariableKind, account: Account) -> str:
    """A value as the tables write it: true and false in words, times in UTC."""
    if kind == "boolean":
        return TRUTHS.get(text, text.lower())
    time = account.when(text, f"VariableValue '{text}'") if kind == "time" else None
    return text if time is None else f"{time:%Y-%m-%dT%H:%M:%SZ}"


def named(values: list[Valued], variables: Mapping[str, str], account: Account) -> list[Named]:
    """Values with the names of their variables, one of each variable for each thing."""
    kept: dict[tuple[str, str], Named] = {}
    for about, variable, kind, value in values:
        if variable not in variables:
            account.mend("a value's variable is not among the project's variables; its GUID stands for its name", about)
        name = variables.get(variable, variable)
        if kept.setdefault((about, name), (about, name, kind, value)) != (about, name, kind, value):
            account.mend("two values of one variable; the first is kept", f"{about}, '{name}', '{value}'")
    unused = variables.keys() - {variable for _, variable, _, _ in values}
    for variable in sorted(unused):
        account.lose("Variable without a value", variables[variable])
    return list(kept.values())


def cases_in(element: Element, account: Account) -> tuple[list[Case], list[Valued], list[Memo]]:
    """The cases, the values of their variables, and what is said of them.

    A case without a name only carries the values of its sources (Quirkos writes so): they become the sources' own.
    """
    cases, values, memos = [], [], []
    for found in children(element, "Case"):
        attributes = account.taken(found, frozenset({"guid", "name"}))
        case = _case(found, account.guid_of(found), account)
        name = (attributes.get("name") or "").strip()
        # A nameless case without sources has nothing else that its values could belong to.
        stands_for = [case.guid] if name or not case.units else list(case.units)
        for child in children(found, "VariableValue"):
            values += [value for about in stands_for for value in value_in(child, about, account)]
        described = (text_in(next(children(found, "Description"), None)) or "").strip()
        memos += _said(case, described, is_case=case.guid in stands_for)
        if case.guid in stands_for:
            cases.append(replace(case, name=name or case.guid))
    return cases, values, memos


def _case(element: Element, identifier: str, account: Account) -> Case:
    units = dict.fromkeys(guid(child.get("targetGUID")) for child in children(element, "SourceRef"))
    for child in element:
        name = local(child)
        if name == "CodeRef":
            account.lose("Case/CodeRef (a code given to a case)")
        elif name == "SelectionRef":
            account.lose("Case/SelectionRef (a part of a source that belongs to a case)")
        elif name not in ("SourceRef", "VariableValue", "Description"):
            account.lose_element(child)
    return Case(identifier, identifier, tuple(units))


def _said(case: Case, described: str, *, is_case: bool) -> list[Memo]:
    """What a project says of a case."""
    if not described:
        return []
    if is_case:
        return [Memo(derived(case.guid, "description"), "case", case.guid, described)]
    return [Memo(derived(unit, case.guid), "unit", unit, described) for unit in case.units]


def notes_in(element: Element, files: Files, account: Account) -> dict[str, Note]:
    """The notes by GUID."""
    notes: dict[str, Note] = {}
    for found in children(element, "Note"):
        attributes = account.taken(found, NOTE_KEPT)
        identifier = account.guid_of(found)
        text = text_of(found, f"Note '{attributes.get('name') or identifier}'", files, account).text
        for child in found:
            if local(child) != "PlainTextContent":
                account.lose_element(child)
        if not (text or "").strip():
            account.lose("Note without a text", attributes.get("name", ""))
            continue
        # A note that had no name of its own is listed under its first words.
        if not " ".join((text or "").split()).startswith(" ".join(attributes.get("name", "").split())):
            account.lose("Note/@name (its name)", attributes["name"])
        user, time = guid(attributes.get("creatingUser")), attributes.get("creationDateTime", "")
        notes[identifier] = Note(identifier, text or "", user, time)
    return notes


def lose_all(element: Element, account: Account) -> None:
    """Count the links, sets or graphs of a project, which no canonical table holds."""
    one = LOST_WITH_ALL[local(element)]
    if not len(element):
        account.mend(f"<{local(element)}/> is empty, which the standard does not allow", local(element))
    for child in element:
        account.lose(one if local(child) == one else f"{local(element)}/{local(child)}", child.get("name", ""))
