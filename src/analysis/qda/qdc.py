"""REFI-QDA codebooks (.qdc): codes without sources or codings."""

from pathlib import Path

from analysis.errors import CodingError
from analysis.qda.project import Candidate, CodingReader, Project, Told
from analysis.qda.refi_account import Account
from analysis.qda.refi_codes import OURS, check_order, check_root, codes_in, without_doubles
from analysis.qda.refi_rest import lose_all
from analysis.qda.xml import Element, children, local, parts

NAMESPACE = "urn:QDA-XML:codebook:1.0"
ORDER = ("Codes", "Sets")


def recognises(candidate: Candidate) -> bool:
    """Whether a file is a codebook of the standard: by its first element."""
    return candidate.root == "CodeBook"


def read(candidate: Candidate, scratch: Path, told: Told) -> Project:  # noqa: ARG001
    """A project with codes only. Raises `CodingError` for XML that is not well-formed or could do harm."""
    account = Account()
    with candidate.path.open("rb") as file:
        root = next(parts(file, candidate.shown, ()))
        return _project(root, candidate.shown, account)


def _project(root: Element, shown: str, account: Account) -> Project:
    if local(root) != "CodeBook":
        raise CodingError(f"{shown}: <{local(root)}>; expected <CodeBook>. Export the codebook as REFI-QDA (.qdc).")
    attributes = check_root(root, NAMESPACE, account)
    account.lose_attributes(root, frozenset({"origin"}))
    check_order(root, ORDER, account)
    codes = [code for part in children(root, "Codes") for code in codes_in(part, account, [])]
    for part in root:
        if local(part) == "Sets":
            lose_all(part, account)
        elif local(part) != "Codes":
            account.lose_element(part)
    origin = attributes.get("origin", "")
    if not origin.startswith(OURS):
        codes, _ = without_doubles(codes, account)
    return Project(Path(shown).stem, origin, codes, lost=account.lost, repairs=account.repairs)


READER = CodingReader("qdc", "REFI-QDA codebook (.qdc)", recognises, read)
