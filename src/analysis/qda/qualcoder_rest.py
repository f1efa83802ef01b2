"""What else a QualCoder project holds: cases, attributes, annotations and journals."""

from dataclasses import replace

from analysis.qda.project import Case, Memo, Project, Source, VariableKind
from analysis.qda.refi_account import Account, derived
from analysis.qda.saved import Saved, text, whole

Sources = dict[int | None, Source]


def annotations_in(saved: Saved, sources: Sources, account: Account) -> list[Memo]:
    """Notes on places in texts, as notes on the texts."""
    memos = []
    for row in saved.rows("annotation"):
        where = f"annotation {row.get('anid')}"
        source, written = sources.get(whole(row.get("fid"))), text(row.get("memo"))
        if source is None:
            account.mend("an annotation's source is not in the project; it is taken as a note on the project", where)
        if written:
            place = f"{row.get('pos0')}-{row.get('pos1')}"
            account.lose("annotation/pos0, pos1 (the place in the text that a note is on)", place)
            target = source.guid if source else None
            memos.append(
                Memo(
                    guid=derived("qualcoder", "annotation", target or "", place, written),
                    about="unit" if source else "project",
                    target=target,
                    text=written,
                    coder=text(row.get("owner")) or None,
                    written_at=account.when(text(row.get("date")) or None, where),
                )
            )
    return memos


def journals_in(saved: Saved, account: Account) -> list[Memo]:
    """The journals, as notes on the project that begin with their names."""
    memos = []
    for row in saved.rows("journal"):
        name, entry = text(row.get("name")), text(row.get("jentry"))
        written = account.when(text(row.get("date")) or None, f"journal '{name}'")
        content = "\n\n".join(filter(None, (name, entry)))
        if content:
            identifier = derived("qualcoder", "journal", name, "" if name else content)
            memos.append(Memo(identifier, "project", None, content, text(row.get("owner")) or None, written))
    return memos


def add_cases(saved: Saved, project: Project, sources: Sources, account: Account) -> None:
    """Add cases with the sources that belong to them, notes on cases, and the values of cases and sources."""
    cases = {whole(row.get("caseid")): _case(text(row.get("name"))) for row in saved.rows("cases")}
    for row in saved.rows("cases"):
        case, memo = cases[whole(row.get("caseid"))], text(row.get("memo"))
        if memo:
            written = account.when(text(row.get("date")) or None, f"case '{case.name}'")
            note = derived(case.guid, "memo", memo)
            project.memos.append(Memo(note, "case", case.guid, memo, text(row.get("owner")) or None, written))
    _add_units(saved, cases, sources, account)
    _add_values(saved, project, cases, sources, account)
    project.cases = list(cases.values())


def _case(name: str) -> Case:
    return Case(derived("qualcoder", "case", name), name)


def _add_units(saved: Saved, cases: dict[int | None, Case], sources: Sources, account: Account) -> None:
    """The sources of each case, once each."""
    for row in saved.rows("case_text"):
        number, source = whole(row.get("caseid")), sources.get(whole(row.get("fid")))
        where = f"case_text {row.get('id')}"
        if number not in cases or source is None:
            account.mend("a case or its source is not in the project; that the one belongs to the other is lost", where)
            continue
        if not _is_whole(whole(row.get("pos0")), whole(row.get("pos1")), source):
            account.lose("case_text/pos0, pos1 (the part of a text that belongs to a case)", source.name)
        case = cases[number]
        if source.guid not in case.units:
            cases[number] = replace(case, units=(*case.units, source.guid))


def _is_whole(start: int | None, end: int | None, source: Source) -> bool:
    """Whether a case has all of a source; one without text has positions of 0."""
    return source.text is None or (not start and (not end or end >= len(source.text) - 1))


def _add_values(
    saved: Saved, project: Project, cases: dict[int | None, Case], sources: Sources, account: Account
) -> None:
    """The values of cases and of sources; an empty one is missing."""
    kinds = {text(row.get("name")): _kind(text(row.get("valuetype"))) for row in saved.rows("attribute_type")}
    for row in saved.rows("attribute_type"):
        if text(row.get("memo")):
            account.lose("attribute_type/memo (a note on a variable)", text(row.get("memo")))
    for row in saved.rows("attribute"):
        name, value, about = text(row.get("name")), text(row.get("value")), text(row.get("attr_type"))
        number, where = whole(row.get("id")), f"attribute {row.get('attrid')}, '{name}'"
        kind = kinds.get(name, "text")
        if not value:
            continue
        if about == "case" and number in cases:
            case = cases[number]
            cases[number] = replace(case, values=(*case.values, (name, kind, value)))
        elif about == "file" and number in sources:
            project.values.append((sources[number].guid, name, kind, value))
        elif about in ("case", "file"):
            account.mend("a value belongs to a case or source that is not there; it is left out", where)
        else:
            account.lose(f"attribute of a {about or 'thing that is not named'}", f"{name}: {value}")


def _kind(found: str) -> VariableKind:
    return "number" if found == "numeric" else "text"
