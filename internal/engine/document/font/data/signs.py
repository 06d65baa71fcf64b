"""Cuts out of Noto Sans SC the signs that Noto Sans lacks: arrows, mathematics, shapes, numbers in circles, lines.

usage: python3 signs.py NotoSansSC-Regular.ttf NotoSans-Regular.ttf out.ttf      (fonttools 4.68.0)

A letter in which a single "less or equal" stands shouldn't need the 10.5 MB of the Chinese file. The outlines and widths
are those of the Chinese file; its layout tables, of which signs that stand alone make no use, are left out.
"""
import sys
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

font, latin = TTFont(sys.argv[1], recalcTimestamp=False), TTFont(sys.argv[2])
signs = {c for c in font.getBestCmap() if 0x2190 <= c < 0x2800} - set(latin.getBestCmap())
options = Options(layout_features=[], notdef_outline=True, recalc_timestamp=False, name_IDs=["*"],
                  drop_tables=["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "STAT"])
cut = Subsetter(options)
cut.populate(unicodes=signs)
cut.subset(font)
for record in font["name"].names:  # a file of its own has a name of its own
    if record.nameID in (4, 6):
        record.string = {4: "Noto Sans SC Signs", 6: "NotoSansSC-Signs"}[record.nameID]
font.save(sys.argv[3], reorderTables=None)
print(len(signs), "signs")
