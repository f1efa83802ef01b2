"""Whom and what the codings and notes of the exchange format refer to, once all of a project was read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from analysis.qda.project import Code, Coding, Memo, MemoAbout, Told
from analysis.qda.refi_account import Account, derived
from analysis.qda.refi_found import Found, Given, Span
from analysis.qda.refi_parts import is_placed, remark_guid
from analysis.qda.refi_rest import Note, Users
from analysis.qda.rounds_told import coder_and_round

NO_SPAN = Span("")
ABOUT: Mapping[str, MemoAbout] = {"project": "project", "code": "code", "unit": "unit", "coding": "coding"}


class Teller:
    """Gives what was found in sources its coders, codes and notes."""

    def __init__(self, found: Found, account: Account, told: Told, users: Users) -> None:
        self.found, self._account, self._told, self._users = found, account, told, users
        self._coders: dict[str, str | None] = {}

    def missing_codes(self, codes: list[Code], same: Mapping[str, str]) -> list[Code]:
        """A code for every GUID that was given and stands in no codebook."""
        known = {code.guid for code in codes} | same.keys()
        missing = sorted({given.code for given in self.found.given} - known)
        for code in missing:
            self._account.mend("a code that was given is not in the codebook; its GUID stands for its name", code)
        return [Code(code, code) for code in missing]

    def codings(self, same: Mapping[str, str]) -> list[Coding]:
        """The codings, each under a GUID of its own."""
        codings: dict[str, Coding] = {}
        for given in self.found.given:
            identifier = given.guid
            if identifier in codings:
                told = "a coding's GUID stands twice with different content; the second is given another"
                self._account.mend(told, f"Coding {identifier}")
                identifier = derived(identifier, str(len(codings)))
            codings[identifier] = self._coding(identifier, given, same.get(given.code, given.code))
        return list(codings.values())

    def _coding(self, identifier: str, given: Given, code: str) -> Coding:
        span = given.span or NO_SPAN
        time = given.time or span.time
        coder, number = coder_and_round(self._coder(given, span))
        return Coding(
            guid=identifier,
            source=given.source,
            code=code,
            coder=coder,
            coded_at=self._account.when(time, f"Coding {identifier}") if time else None,
            start=span.start,
            end=span.end,
            quoted=span.quoted,
            area=span.area,
            begin=span.begin,
            finish=span.finish,
            memo=span.memo,
            round=number,
            where=span.guid or identifier,
        )

    def _coder(self, given: Given, span: Span) -> str | None:
        """Who gave a code: the coding's user, not the selection's, who in NVivo's projects is somebody else."""
        if given.user:
            if span.user and span.user != given.user:
                self._account.lose("who made a selection, where somebody else gave the code", span.guid)
            return self.user(given.user)
        if span.user:
            told = "a coding does not say who gave it; who made the selection stands for the coder"
            self._account.mend(told, f"Coding {given.guid}")
            return self.user(span.user)
        return self._told.coder

    def user(self, user: str) -> str | None:
        """A user's name."""
        if user not in self._coders:
            self._coders[user] = self._users.name(user, self._account)
        return self._coders[user]

    def with_remarks(self, codings: list[Coding], notes: dict[str, Note]) -> list[Coding]:
        """The codings, those of whole sources with the remarks that we wrote as notes, which then are notes no more."""
        times = Counter(note for note, _, _ in self.found.noted)
        own = {
            target: note
            for note, about, target in self.found.noted
            if about == "coding" and note in notes and times[note] == 1 and note == remark_guid(target)
        }
        given = {coding.guid for coding in codings if coding.guid in own and not (is_placed(coding) or coding.memo)}
        self.found.noted = [each for each in self.found.noted if each[2] not in given or each[0] != own[each[2]]]
        remarks = {coding: notes.pop(own[coding]).text for coding in given}
        return [replace(each, memo=remarks[each.guid]) if each.guid in given else each for each in codings]

    def memos(self, notes: Mapping[str, Note], codings: list[Coding]) -> list[Memo]:
        """A memo for each thing that a note is about; a note about nothing is about the project."""
        known = {coding.guid for coding in codings}
        unread = [note for note, about, target in self.found.noted if about == "coding" and target not in known]
        for note in unread:
            self._account.mend("a note is about a coding that was left out; it is taken as one on the project", note)
        about: dict[str, list[tuple[str, str]]] = {note: [] for note in notes}
        for note, kind, target in dict.fromkeys(self.found.noted):
            if note not in notes:
                self._account.mend("a note that is referred to is missing or empty", f"Note {note}")
            elif kind != "coding" or target in known:
                about[note].append((kind, target))
        return [memo for note in notes.values() for memo in self._memos(note, about[note.guid])] + self._remarks()

    def _memos(self, note: Note, about: list[tuple[str, str]]) -> list[Memo]:
        coder = self.user(note.user) if note.user else None
        written = self._account.when(note.time, f"Note {note.guid}")
        memos = []
        for number, (kind, target) in enumerate(about or [("project", "")]):
            identifier = derived(note.guid, target) if number else note.guid
            memos.append(Memo(identifier, ABOUT[kind], target or None, note.text, coder, written))
        return memos

    def _remarks(self) -> list[Memo]:
        """Notes that stand in sources; until now their coder was a GUID."""
        return [
            Memo(each.guid, each.about, each.target, each.text, self.user(each.coder or "") or None, each.written_at)
            for each in self.found.remarks
        ]

    def lose_idle(self) -> None:
        """Count users to whom nothing that was read belongs."""
        for user, name in self._users.names.items():
            if user not in self._coders:
                self._account.lose("User who coded and wrote nothing", name)
