"""Writes a font again with every coverage table of GSUB and GPOS as a list of glyphs (format 1).

usage: python3 recode.py in.ttf out.ttf      (fonttools 4.68.0)

The shaper, go-text/typesetting 0.3.5, forgets what follows a range of 64 or more glyphs in a coverage table of ranges
(format 2), and then leaves out substitutions: in Noto Naskh Arabic noon and yeh never join. A list says the same and
is read in full. Nothing else in the font changes.
"""
import sys
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables


def as_list(self, font):
    glyphs = self.glyphs if self.glyphs is not None else []
    self.glyphs = sorted(glyphs, key=font.getGlyphID)
    assert self.glyphs == list(glyphs), "a coverage table is not in the order of glyphs"
    self.Format = 1
    return {"GlyphArray": self.glyphs}


otTables.Coverage.preWrite = as_list
font = TTFont(sys.argv[1], recalcTimestamp=False, recalcBBoxes=False)
for tag in ("GSUB", "GPOS"):
    font[tag].table  # taken apart, so that it is put together again
    font[tag].ensureDecompiled(recurse=True)
font.save(sys.argv[2], reorderTables=None)
