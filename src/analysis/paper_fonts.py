"""The letters of the book on paper: from packages, so that the PDF is the same whatever fonts a machine has.

The Chinese ones come with outlines that Chromium can only draw letter by letter. So the characters that the book uses
are turned into a font of the kind that it embeds.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pylopdf_fonts_zh_cn
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

LATIN = {
    ("Paper", 400, "normal"): "STIXGeneral.ttf",
    ("Paper", 400, "italic"): "STIXGeneralItalic.ttf",
    ("Paper", 700, "normal"): "STIXGeneralBol.ttf",
    ("Paper", 700, "italic"): "STIXGeneralBolIta.ttf",
    ("Paper Code", 400, "normal"): "DejaVuSansMono.ttf",
}
HAN = {"Paper Han": "NotoSerifSC-Regular.otf", "Paper Sans": "NotoSansSC-Regular.otf"}
# In units of the em, by how much a curve may differ from the original's.
EXACT = 0.001
# Not the forms that only look like other characters: who searches or copies wants the characters.
LOOKALIKES = (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))


def font_faces(folder: Path, text: str) -> str:
    """Write the fonts that a text needs into a folder, where packages hold them otherwise, and give their rules."""
    latin = Path(mpl.get_data_path()) / "fonts" / "ttf"
    rules = [_rule(family, latin / name, weight, style) for (family, weight, style), name in LATIN.items()]
    for family, name in HAN.items():
        path = folder / f"{family.replace(' ', '-')}.ttf"
        write_font(Path(pylopdf_fonts_zh_cn.__file__).with_name(name), text, family, path)
        rules.append(_rule(family, path))
    return "\n".join(rules)


def write_font(source: Path, text: str, family: str, path: Path) -> None:
    """Write a TrueType font of the characters of a text, out of one with other outlines."""
    with TTFont(source, lazy=True) as font:
        known: dict[int, str] = font.getBestCmap()
        chosen = {sign: known[sign] for sign in sorted({*map(ord, text), 0x20}) if _is_wanted(sign, known)}
        names = [".notdef", *dict.fromkeys(name for name in chosen.values() if name != ".notdef")]
        glyphs, widths = font.getGlyphSet(), font["hmtx"]
        made = FontBuilder(font["head"].unitsPerEm, isTTF=True)
        # Without a time of its own, so that the same book is the same file.
        made.font.recalcTimestamp = False
        made.updateHead(created=0, modified=0)
        made.setupGlyphOrder(names)
        made.setupCharacterMap(chosen)
        made.setupGlyf({name: _outline(glyphs, name, font["head"].unitsPerEm) for name in names})
        made.setupHorizontalMetrics({name: widths[name] for name in names})
        rises = {"ascent": font["hhea"].ascent, "descent": font["hhea"].descent}
        made.setupHorizontalHeader(**rises)
        made.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
        made.setupOS2(sTypoAscender=font["OS/2"].sTypoAscender, sTypoDescender=font["OS/2"].sTypoDescender, fsType=0)
        made.setupPost()
        made.save(path)


def _is_wanted(sign: int, known: dict[int, str]) -> bool:
    return sign in known and not any(sign in span for span in LOOKALIKES)


def _outline(glyphs: Any, name: str, em: int) -> Any:
    """A glyph with quadratic curves."""
    pen = TTGlyphPen(None)
    glyphs[name].draw(Cu2QuPen(pen, max_err=em * EXACT, reverse_direction=True))
    return pen.glyph()


def _rule(family: str, path: Path, weight: int = 400, style: str = "normal") -> str:
    face = f'font-family: "{family}"; font-weight: {weight}; font-style: {style}; font-display: block'
    return f'@font-face {{ {face}; src: url("{path.as_uri()}"); }}'
