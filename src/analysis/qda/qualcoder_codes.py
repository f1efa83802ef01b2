"""The codebook of a QualCoder project: categories, codes in them and, since database 16, codes under codes."""

from dataclasses import dataclass, field

from analysis.qda.project import Code
from analysis.qda.refi_account import Account, derived
from analysis.qda.saved import Row, Saved, text, whole

CATEGORY, CODE = "category", "code"
Node = tuple[str, int | None]


@dataclass
class Codes:
    """The codebook, and the identifier of each code by its number in the database."""

    codes: list[Code] = field(default_factory=list)
    numbered: dict[int | None, str] = field(default_factory=dict)

    def of(self, number: int | None, account: Account, where: str) -> str:
        """The identifier of a code that was given; one is added where the codebook lacks it."""
        if number not in self.numbered:
            account.mend("a code that was given is not in the codebook; its number stands for its name", where)
            name = f"code {number}"
            self.numbered[number] = _identifier(CODE, name)
            self.codes.append(Code(self.numbered[number], name))
        return self.numbered[number]


def codes_in(saved: Saved, account: Account) -> Codes:
    """The codebook; an entry whose parent is missing, or that stands below itself, is put at the top."""
    rows: dict[Node, Row] = {(CATEGORY, whole(row["catid"])): row for row in saved.rows("code_cat")}
    rows |= {(CODE, whole(row["cid"])): row for row in saved.rows("code_name")}
    above = {node: _above(node, row, rows, account) for node, row in rows.items()}
    _cut_circles(above, rows, account)
    names = {node: text(row["name"]) or f"{node[0]} {node[1]}" for node, row in rows.items()}
    found = Codes()
    for node, row in rows.items():
        parent = above[node]
        found.codes.append(
            Code(
                guid=_identifier(node[0], names[node]),
                name=names[node],
                parent=None if parent is None else _identifier(parent[0], names[parent]),
                colour=account.colour(text(row.get("color")) or None, _where(node, names[node])),
                description=text(row.get("memo")) or None,
                codable=node[0] == CODE,
            )
        )
        if node[0] == CODE:
            found.numbered[node[1]] = found.codes[-1].guid
    return found


def _above(node: Node, row: Row, rows: dict[Node, Row], account: Account) -> Node | None:
    """The entry above another: a code above a code before its category."""
    columns = ((CODE, "supercid"), (CATEGORY, "catid")) if node[0] == CODE else ((CATEGORY, "supercatid"),)
    for kind, column in columns:
        number = whole(row.get(column))
        # Where a code stands at the top, some versions write 0 or -1.
        if number is None or number < 1:
            continue
        if (kind, number) in rows:
            return kind, number
        account.mend(f"the {kind} above is not in the codebook; it stands at the top", _where(node, text(row["name"])))
    return None


def _cut_circles(above: dict[Node, Node | None], rows: dict[Node, Row], account: Account) -> None:
    """Put an entry at the top that stands below itself."""
    for node in tuple(above):
        seen = {node}
        upper = above[node]
        while upper is not None and upper not in seen:
            seen.add(upper)
            upper = above[upper]
        if upper is not None:
            account.mend("stands below itself; it is put at the top", _where(upper, text(rows[upper]["name"])))
            above[upper] = None


def _where(node: Node, name: str) -> str:
    return f"{'code_name' if node[0] == CODE else 'code_cat'} {node[1]}, '{name}'"


def _identifier(kind: str, name: str) -> str:
    return derived("qualcoder", kind, name)
