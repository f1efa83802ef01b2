"""Who gave a tag in Taguette, and when: told by the commands that the program keeps."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from analysis.qda.refi_account import Account
from analysis.qda.saved import Saved, text, whole

Tags = dict[int, "Given"]


class Given(NamedTuple):
    """Who gave a tag, and when in UTC."""

    coder: str
    time: str


def given_in(saved: Saved, project: int | None, account: Account) -> dict[int, Tags]:
    """For each highlight of a project its tags and who gave each: whoever set it first after it was last taken away."""
    found: dict[int, Tags] = {}
    for row in saved.rows("commands"):
        if whole(row.get("project_id")) != project:
            continue
        given = Given(text(row.get("user_login")), text(row.get("date")))
        try:
            _follow(json.loads(row.get("payload") or "{}"), given, found)
        except (ValueError, TypeError, KeyError, AttributeError):
            told = "what was done cannot be read: who coded, or when, may be missing"
            account.mend(told, f"commands {row.get('id')}")
    return found


def _follow(command: Mapping[str, Any], given: Given, found: dict[int, Tags]) -> None:
    """Do again what somebody did."""
    kind = command.get("type")
    if kind == "highlight_add":
        before = found.get(command["highlight_id"], {})
        found[command["highlight_id"]] = {tag: before.get(tag, given) for tag in command.get("tags", [])}
    elif kind == "highlight_delete":
        found.pop(command["highlight_id"], None)
    elif kind == "tag_merge":
        merged, into = command["src_tag_id"], command["dest_tag_id"]
        for tags in found.values():
            if merged in tags:
                tags.setdefault(into, tags.pop(merged))
