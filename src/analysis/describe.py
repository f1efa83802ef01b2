"""A study's tables described for machines: `datapackage.json`, after the Data Package standard."""

import json
from pathlib import Path
from typing import Any

from analysis import schema, tables
from analysis.columns import Column, Table
from analysis.study import Study

TYPES = {
    "text": {"type": "string"},
    "list": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "time": {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%SZ"},
}
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}


def write_datapackage(study: Study) -> Path:
    """Write the study's datapackage.json and give back its path."""
    path = study.folder / "datapackage.json"
    tables.replace_text(path, json.dumps(datapackage(study), ensure_ascii=False, indent=1) + "\n")
    return path


def datapackage(study: Study) -> dict[str, Any]:
    """Every table of the study that lies in its folder in canonical form: file, origin, columns, keys."""
    own = {
        name: entry for name, entry in study.settings["tables"].items() if "columns" not in entry and study.holds(name)
    }
    return {
        "profile": "tabular-data-package",
        "name": study.name,
        "title": study.title,
        "description": study.about,
        **_licence(study),
        "resources": [_resource(schema.TABLES[name], entry, set(own)) for name, entry in own.items()],
    }


def _licence(study: Study) -> dict[str, Any]:
    """The licence of the original's tables; of another study what its study.yml says, or nothing."""
    if study.is_original:
        return {"licenses": [LICENCE]}
    told = study.capture.get("licence")
    return {"licenses": [{"name": told, "title": told}]} if told else {}


def _resource(table: Table, entry: dict[str, Any], own: set[str]) -> dict[str, Any]:
    references = [
        {
            "fields": column.name,
            "reference": {"resource": column.refers_to, "fields": schema.TABLES[column.refers_to].key[0]},
        }
        for column in table.columns
        # The standard knows no key into the parts of a list.
        if column.refers_to in own and column.refers_to != table.name and column.kind != "list"
    ]
    return {
        "name": table.name,
        "path": entry["file"],
        "profile": "tabular-data-resource",
        "description": f"One row is {table.row}.",
        "origin": entry["origin"],
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            **({"foreignKeys": references} if references else {}),
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, **TYPES[column.kind], "description": column.meaning}
    if column.may_be_date:
        field["format"] = "any"
    if column.unit:
        field["unit"] = column.unit
    rules: dict[str, Any] = {"required": True} if column.required else {}
    if column.among:
        rules["enum"] = list(column.among)
    return {**field, "constraints": rules} if rules else field
