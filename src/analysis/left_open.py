"""What a study.yml leaves open: guesses that nobody has confirmed yet, and languages without a name."""

from analysis.settings import UNDETERMINED
from analysis.study import Study


def to_confirm(study: Study) -> list[str]:
    """What nobody has confirmed yet: the guesses that study.yml lists, and languages that it leaves open."""
    listed = [str(told) for told in study.settings.get("to_confirm", [])]
    if not any(told.startswith("sides: language") for told in listed):
        unnamed = [name for name, side in study.sides.items() if side.language.split("-")[0] == UNDETERMINED]
        listed += [f"sides, {name}: language. Put its code, such as es, and its name." for name in unnamed]
    return listed
