"""The ledger's rows as the book shows them: a claim, its verdict, what was computed for it, and where each stands."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import claims, harvest, schema
from analysis.computable import NotComputable
from analysis.study import Study

LEDGER = "10-claims-ledger"


@dataclass(frozen=True)
class Computed:
    """A value that a notebook recorded for a claim, and the cell that recorded it."""

    name: str
    text: str
    origin: str
    notebook: str
    cell: str


@dataclass(frozen=True)
class Row:
    """One claim as the ledger tells it; `data` is its row in the table of claims, as it stands there."""

    claim_id: str
    verdict: str
    finding: str
    computed: tuple[Computed, ...]
    data: Mapping[str, str]

    @property
    def section(self) -> str:
        """The section of the article that makes the claim."""
        return self.data["section"]

    @property
    def kind(self) -> str:
        """Which kind of claim it is."""
        return self.data["kind"]

    @property
    def statement(self) -> str:
        """The claim in words of our own."""
        return self.data["statement"]

    @property
    def evidence_ids(self) -> list[str]:
        """The excerpts and figures that the article shows for it."""
        return schema.words(self.data["evidence_ids"])

    @property
    def published(self) -> str:
        """The value that the article prints, with its unit; numbers are grouped in thousands."""
        value, unit = self.data["value"], self.data["unit"]
        if not value.isdigit():
            return value
        return f"{unit} {value}" if unit == "page" else f"{int(value):,} {unit}".strip()

    @property
    def origin(self) -> str:
        """Where what stands beside the claim comes from: a computed value, else what the article publishes."""
        return next((value.origin for value in self.computed), "published")


@dataclass(frozen=True)
class Rows:
    """All rows of a study's ledger, and the evidence that they name."""

    study: Study

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """The rows by their claims' identifiers, in the order of the article; none without a ledger."""
        article, judged = claims.article_of(self.study), self.study.result(LEDGER)
        table = article.table("claims")
        if isinstance(judged, NotComputable) or isinstance(table, NotComputable):
            return {}
        found = judged.astype("str").set_index("claim_id")[["verdict", "finding"]].to_dict("index")
        data = schema.as_text(table, "claims").fillna("").to_dict("records")
        computed = self._computed()
        rows = [{str(name): str(cell) for name, cell in row.items()} for row in data]
        return {
            row["claim_id"]: Row(
                row["claim_id"], **found[row["claim_id"]], computed=computed.get(row["claim_id"], ()), data=row
            )
            for row in rows
            if row["claim_id"] in found
        }

    @cached_property
    def gists(self) -> dict[str, str]:
        """What each excerpt or figure shows, in words of our own."""
        evidence = claims.article_of(self.study).table("evidence")
        if isinstance(evidence, NotComputable):
            return {}
        return dict(zip(evidence["evidence_id"], evidence["gist"].fillna("").astype("str"), strict=True))

    @cached_property
    def files(self) -> dict[str, Path]:
        """The files of the ledger: its table as computed, and the table of claims that it judges."""
        article = claims.article_of(self.study)
        found = {"table": self.study.results / "tables" / f"{LEDGER}.csv", "data": article.files_of("claims")[0]}
        return {name: path for name, path in found.items() if path.is_file()}

    @cached_property
    def cell_of_ledger(self) -> tuple[str, str]:
        """The notebook and the cell that show the ledger."""
        index = json.loads((self.study.results / "index.json").read_text(encoding="utf-8"))
        notebook = str(index[f"{LEDGER}.table"]["notebook"])
        return notebook, cells_of(self.study, notebook).get(f"{LEDGER}.table", "")

    def _computed(self) -> dict[str, tuple[Computed, ...]]:
        """What was recorded for each claim that names a value."""
        values, found = self.study.values(), dict[str, tuple[Computed, ...]]()
        table = claims.article_of(self.study).table("claims")
        for name, served in harvest.claims_by_value(table.to_dict("records")).items():
            if name in values:
                for claim in served.split():
                    found[claim] = (*found.get(claim, ()), self._recorded(name, values[name]))
        return found

    def _recorded(self, name: str, value: Mapping[str, Any]) -> Computed:
        unit = "" if value["missing"] or value["unit"] in ("", "share") else f" {value['unit']}"
        cell = cells_of(self.study, value["notebook"]).get(f"{name}.value", "")
        return Computed(name, f"{value['text']}{unit}", value["origin"], value["notebook"], cell)


def anchor(cell_id: str) -> str:
    """The anchor of a notebook's cell on its page.

    >>> anchor("cell-07"), anchor("3f a")
    ('cell-07', 'cell-3f-a')
    """
    return "cell-" + re.sub(r"[^A-Za-z0-9]+", "-", cell_id.removeprefix("cell-"))


def cells_of(study: Study, notebook: str) -> dict[str, str]:
    """The anchor of the cell that shows each result of an executed notebook, by name and kind."""
    path = study.results / "notebooks" / f"{notebook}.ipynb"
    if not path.is_file():
        return {}
    shown: dict[str, str] = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(harvest.MIME)
            if found:
                shown[f"{found['name']}.{found['kind']}"] = anchor(cell["id"])
    return shown


def sections_in_order(rows: Mapping[str, Row]) -> list[str]:
    """The sections that make claims, as the article has them."""
    return list(pd.unique(pd.Series([row.section for row in rows.values()], dtype="object")))
