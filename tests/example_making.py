"""Ben's project among the examples: what a program that counts in UTF-16 would have made of the posts of his package.

Run it as a script, with the folder `src` on Python's path, to write data/examples/coded-ben.qdpx anew.
"""

import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from making import PROJECT
from qda_making import code_xml, codebook_xml, coding_xml, guid, project_xml, selection_xml, sources_xml, text_xml

EXAMPLES = PROJECT / "data/examples"
BEN = "33333333-3333-4333-8333-333333333333"
ASKS, EVERYDAY, BOTH, WELCOME, FEELING = range(1, 6)
NAMES = ["Newcomer asks", "Talk about everyday life", "Writing in both languages", "Welcoming tone", "Shared feeling"]
# The posts of Ben's package with the passages that he marked; in the last he found nothing.
MARKED: dict[str, list[tuple[int, str]]] = {
    "678912862ad8d234ef06c947": [
        (FEELING, "My heart is full."),
        (BOTH, "我很感动。"),
        (WELCOME, "stayed up until three reading your comments"),
    ],
    "678e0b7063dea3c7de2faa37": [(EVERYDAY, "Milk, bread, chicken, eggs at 4.20, apples.")],
    "678d8df659514b846ea25ba3": [(BOTH, "意思是太厉害了。")],
    "6784937654097f0616271a56": [(EVERYDAY, "red paper on the door")],
    "678495882d789d2808e259db": [
        (ASKS, "Please give me a Chinese name"),
        (ASKS, "请给我起个中文名。"),
        (BOTH, "请给我起个中文名。"),
    ],
    "678ad10a6c2c1ae2813fa6fd": [
        (ASKS, "How do I celebrate your new year?"),
        (EVERYDAY, "What must be on the table"),
    ],
    "6788592a2f549c8234e8367d": [(BOTH, "作业有问题可以问我。")],
    "678edf10071d7f9b81f77110": [(WELCOME, "You are the nicest neighbours"), (FEELING, "a suitcase full of fear")],
    "678ebd4d45a411e392940ecc": [
        (WELCOME, "you asked me whether I had eaten"),
        (FEELING, "😭"),
        (WELCOME, "learnchinese"),
    ],
    "678763e57f6a1d1edb659b60": [(ASKS, "Who is Li Hua"), (FEELING, "I feel terrible.")],
    "678b7e5f670420c585423e23": [(BOTH, "互相帮助。"), (WELCOME, "Fair deal?")],
    "678832b14e427a5a66d38aa4": [(FEELING, "these days were the kindest internet I have seen")],
    "678726805f9fe5686ee16078": [(EVERYDAY, "what we really eat at home")],
    "678766de7a29812e817fa58e": [
        (ASKS, "What does it cost to see a doctor over there?"),
        (EVERYDAY, "five months for an appointment"),
        (BOTH, "看医生要多少钱？"),
    ],
    "679aebbf2139b2c09a39c0ba": [],
}
# A selection in the last post whose positions nobody can have meant, as programs leave them when a text was edited.
BEYOND = selection_xml(1900, 900, 912, coding_xml(1901, FEELING, user=BEN), name="no longer there")


def texts() -> dict[str, str]:
    """The title and the text of each post, as they are in the capture among the examples."""
    lines = (EXAMPLES / "zeeschuimer-posts.ndjson").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line)["data"] for line in lines]
    # A post that was listed and not opened stands there without its text.
    cards = {item["id"]: item["note_card"] for item in items if "desc" in item["note_card"]}
    return {post: f"{cards[post]['title']}\n{cards[post]['desc']}" for post in MARKED}


def project() -> str:
    """The project's XML."""
    codes = [code_xml(number, name) for number, name in enumerate(NAMES, start=1)]
    users = f'<Users><User guid="{BEN}" name="Ben"/></Users>'
    sources, number = [], 1000
    for place, (post, text) in enumerate(texts().items()):
        selections = [_selection(number + 10 * nth, text, *marked) for nth, marked in enumerate(MARKED[post])]
        number += 10 * len(selections)
        sources.append(text_xml(100 + place, *(selections or [BEYOND]), name=post, path=f"{guid(100 + place)}.txt"))
    return project_xml(users + codebook_xml(*codes) + sources_xml(*sources), origin="A program", name="Trial")


def _selection(number: int, text: str, code: int, passage: str) -> str:
    start = _utf_16(text[: text.index(passage)])
    coding = coding_xml(number + 1, code, user=BEN)
    return selection_xml(number, start, start + _utf_16(passage), coding, name=quoteattr(passage)[1:-1])


def _utf_16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def inside() -> dict[str, str]:
    """What is in the project's archive, by path."""
    sources = {f"sources/{guid(100 + place)}.txt": text for place, text in enumerate(texts().values())}
    return {"project.qde": project()} | sources


def write(path: Path) -> None:
    """Write the project, the same bytes each time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in inside().items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 2, 1, 12, 0, 0)), content)


if __name__ == "__main__":
    write(EXAMPLES / "coded-ben.qdpx")
