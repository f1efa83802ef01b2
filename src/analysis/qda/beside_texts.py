"""What coders wrote beside the texts, without what leads to a person: it is masked as captured texts are.

Notes, definitions, descriptions, names of cases and values are seldom looked at for whom they name, and all of them go
out again with an export. What coders call a code, and who they are themselves, stays.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.qda.code_tree import described
from analysis.qda.matching import Mask
from analysis.qda.project import Case, Loss, Project, VariableKind

Value = tuple[str, VariableKind, str]
TOLD = "what leads to a person, masked in notes, definitions, names of cases and values"
# A count or an identifier, which a mask would take for a telephone number.
NUMBERED = re.compile(r"[0-9]{1,9}|[a-z]?[0-9a-f]{16,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# Stands for an identifier while a text is masked: a sign for private use, which no rule takes for anything.
SHIELDS, NUMBER_OF_SHIELDS = 0xF0000, 0xFFFD


@dataclass(frozen=True)
class OwnWords:
    """What a study's codebook says: its texts, and the identifiers of its codes."""

    texts: frozenset[str] = frozenset()
    identifiers: tuple[str, ...] = ()

    @classmethod
    def of(cls, codebook: pd.DataFrame) -> "OwnWords":
        """The words of a codebook."""
        parts = codebook[["definition", "include", "exclude"]]
        rows = parts.astype("object").where(parts.notna(), None).itertuples(index=False)
        said = [text for row in rows for text in (*row, described(*row)) if text]
        longest_first = sorted(codebook["code_id"], key=lambda name: (-len(name), name))
        return cls(frozenset(text.strip() for text in said), tuple(longest_first[:NUMBER_OF_SHIELDS]))

    def shielded(self, mask: Mask) -> Mask:
        """A mask that leaves the identifiers of codes alone."""
        if not self.identifiers:
            return mask
        shields = {name: chr(SHIELDS + place) for place, name in enumerate(self.identifiers)}
        named = re.compile("|".join(rf"(?<![\w.-]){re.escape(name)}(?![\w-])" for name in shields))

        def masked(texts: Sequence[str]) -> list[str]:
            safe = mask([named.sub(lambda found: shields[found[0]], text) for text in texts])
            return [text if text.isascii() else _without(shields, text) for text in safe]

        return masked


def _without(shields: Mapping[str, str], text: str) -> str:
    for name, shield in shields.items():
        text = text.replace(shield, name)
    return text


def masked(project: Project, mask: Mask, codebook: pd.DataFrame | None = None) -> Project:
    """The project with what was written beside its texts masked.

    What the study's own codebook says already stays as it is, and so do its identifiers wherever they are named.
    """
    known = OwnWords.of(codebook) if codebook is not None else OwnWords()
    safe = _masks((text for text in _written(project) if text.strip() not in known.texts), known.shielded(mask))
    return replace(
        project,
        codes=[replace(code, description=safe.get(code.description or "", code.description)) for code in project.codes],
        sources=[
            replace(source, description=safe[source.description]) if source.description in safe else source
            for source in project.sources
        ],
        codings=[
            replace(coding, memo=safe[coding.memo]) if coding.memo in safe else coding for coding in project.codings
        ],
        cases=[_masked_case(case, safe) for case in project.cases],
        memos=[replace(memo, text=safe.get(memo.text, memo.text)) for memo in project.memos],
        values=[(about, *_masked_value(value, safe)) for about, *value in project.values],  # noqa: PD011
        lost=[*project.lost, *([Loss(TOLD, len(safe))] if safe else [])],
    )


def masked_names(names: pd.Series, mask: Mask) -> pd.Series:
    """Names of documents without what leads to a person."""
    safe = _masks(names.dropna(), mask)
    return names.map(lambda name: safe.get(name, name), na_action="ignore").astype("str")


def _written(project: Project) -> Iterator[str]:
    """All that was written beside the texts."""
    yield from (code.description or "" for code in project.codes)
    yield from (source.description or "" for source in project.sources)
    yield from (coding.memo for coding in project.codings if coding.memo)
    yield from (memo.text for memo in project.memos)
    for case in project.cases:
        yield case.name
        yield from (value for _, kind, value in case.values if kind == "text")  # noqa: PD011
    yield from (value for _, _, kind, value in project.values if kind == "text")  # noqa: PD011


def _masks(texts: Iterable[str], mask: Mask) -> dict[str, str]:
    """What stands for each text in which something is masked."""
    each = [text for text in dict.fromkeys(texts) if not NUMBERED.fullmatch(text.strip())]
    return {text: safe for text, safe in zip(each, mask(each), strict=True) if safe != text}


def _masked_case(case: Case, safe: Mapping[str, str]) -> Case:
    values = tuple(_masked_value(value, safe) for value in case.values)  # noqa: PD011
    return replace(case, name=safe.get(case.name, case.name), values=values)


def _masked_value(value: Sequence[str], safe: Mapping[str, str]) -> Value:
    variable, kind, text = value
    return variable, kind, safe.get(text, text) if kind == "text" else text  # type: ignore[return-value]
