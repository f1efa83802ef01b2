"""Who coded and in which round: what a file says itself, and what whoever imports it says of it.

The user says what a file does not. Where the two contradict each other nothing is imported: taking one coder's work for
another's would mix the two. A name that a program gives to everybody says nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from analysis.qda.project import Project, Told

# What programs call whoever uses them, until somebody is given a name.
NAMELESS = frozenset({
    "admin", "administrator", "default", "default coder", "default user", "default_user", "guest", "owner", "root",
    "super", "unknown", "user", "user1", "user 1",
})  # fmt: skip


@dataclass(frozen=True)
class Naming:
    """What the user says: who coded and in which round; `instead` is the name that the file has for that coder."""

    told: Told = field(default_factory=Told)
    instead: str | None = None

    def name(self, found: str | None) -> str:
        """The coder that a name in a file stands for; empty where neither says who."""
        name, told = (found or "").strip(), self.told.coder
        if told is None:
            return name
        return told if says_nothing(name) or same(name, told) or name == self.instead else name


def named(coder: str | None, number: int | None) -> Naming:
    """What --coder and --round say; a coder that goes by another name in the file is given as OTHER=NAME.

    >>> named("AM=ana", None).name("AM"), named("ana", 2).name("admin"), named("ana", 2).name("ben")
    ('ana', 'ana', 'ben')
    """
    before, sign, after = (coder or "").partition("=")
    if sign and before.strip() and after.strip():
        return Naming(Told(after.strip(), number), before.strip())
    return Naming(Told(coder, number))


def says_nothing(name: str) -> bool:
    """Whether a user's name says nothing of who it is."""
    return name.casefold() in ("", *NAMELESS)


def same(name: str, other: str) -> bool:
    """Whether two names differ in upper and lower case only, or in spaces."""
    return " ".join(name.casefold().split()) == " ".join(other.casefold().split())


def contradictions(shown: str, project: Project, naming: Naming, before: Iterable[str]) -> Iterator[str]:
    """What the user says of a file that the file says otherwise; `before` are those to whom it was put down earlier."""
    yield from _of_coders(shown, project, naming, set(before))
    yield from _of_rounds(shown, project, naming.told.round)


def _of_coders(shown: str, project: Project, naming: Naming, before: set[str]) -> Iterator[str]:
    told = naming.told.coder
    found = [*(coding.coder for coding in project.codings), *(coder for coder, _, _ in project.readings)]
    names = list(dict.fromkeys((name or "").strip() for name in found))
    own = [name for name in names if not says_nothing(name) and name != told]
    if naming.instead is not None and naming.instead not in {*names, *before}:
        is_said = f"it says {listed(own)}" if own else "it does not say who coded"
        yield f"{shown}: --coder says that {told} is called {naming.instead} in the file, and {is_said}. Correct it."
    elif told is not None and naming.instead is None and own and len(own) == len(names) and not same(own[0], told):
        yield (
            f"{shown}: the file says that {listed(own)} coded, and --coder says {told}. Leave --coder out to import it "
            f'as the file says. If {own[0]} in the file is {told}: --coder "{own[0]}={told}".'
        )


def _of_rounds(shown: str, project: Project, told: int | None) -> Iterator[str]:
    found = [*(coding.round for coding in project.codings), *(number for _, _, number in project.readings)]
    rounds = set(found)
    if told is not None and found and not rounds & {None, told}:
        said = listed([str(number) for number in sorted(number for number in rounds if number is not None)])
        yield (
            f"{shown}: the file says round {said}, and --round says {told}. Leave --round out to import it as the file "
            f"says. If it is round {told}, write {told} into the file where it says the round."
        )


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them.

    >>> listed(["ana"]), listed(["ana", "ben", "cem"])
    ('ana', 'ana, ben and cem')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def twins(names: Iterable[str], incoming: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names of coders that differ in upper and lower case only, one of them at least among those that came in."""
    new = set(incoming)
    for first, second in combinations(sorted({*names, *new}), 2):
        if same(first, second) and new & {first, second}:
            yield (second, first) if second not in new else (first, second)
