"""Writes shaped.txt: what HarfBuzz makes of some texts, for the test that compares our shaping with it.

usage: python3 shape.py > shaped.txt      (uharfbuzz; run in this folder)
"""
import uharfbuzz as hb

TEXTS = [
    ("NotoNaskhArabic-Regular", "ar", "Arab", "rtl", "يوما نوفمبر ليلى البيانات نُقل الحسّان قِبل بئر شيء مؤتمر إلا لأن"),
    ("NotoNaskhArabic-Regular", "ar", "Arab", "rtl", "تتعهد ألا تستعمل ما تتلقاه، وتستأذن؟ (المادة ٤٦) غرفة فتاة مسؤولية"),
    ("NotoNaskhArabic-Bold", "ar", "Arab", "rtl", "طلب المساعدة القضائية المتبادلة في تسليم المجرمين"),
    ("NotoNaskhArabic-Regular", "fa", "Arab", "rtl", "می‌خواهم چگونه پژوهش گفت‌وگو"),
    ("NotoNaskhArabic-Regular", "ur", "Arab", "rtl", "یہ ہے ٹھیک ڈاکٹر بھیجنا"),
    ("NotoNaskhArabic-Regular", "ar", "Arab", "ltr", "2026-11-24 14:30:05 +03:00"),
    ("NotoSans-Regular", "en", "Latn", "ltr", "AVATAR Today fi ffi office To. \u201cTa\u201d \u2013 We, Yes"),
    ("NotoSans-Regular", "fr", "Latn", "ltr", "L\u2019\u0153uvre\u00a0: \u00ab\u00a0d\u00e9j\u00e0 vu\u00a0\u00bb, e\u0301te\u0301, a\u0302me"),
    ("NotoSans-Regular", "ru", "Cyrl", "ltr", "\u0413\u0434\u0435 \u0422\u043e\u0432\u0430\u0440\u0438\u0449 \u0423\u0447\u0451\u0442 \u0430\u0301 \u2116 5 \u0414\u0410"),
    ("NotoSans-Regular", "el", "Grek", "ltr", "\u0391\u03c5\u03c4\u03cc \u03a4\u03bf \u0388\u03b3\u03b3\u03c1\u03b1\u03c6\u03bf"),
    ("NotoSans-Bold", "es", "Latn", "ltr", "\u00bfD\u00f3nde est\u00e1 el ni\u00f1o? n\u0303 \u00a1Aqu\u00ed!"),
    ("NotoSans-Regular", "vi", "Latn", "ltr", "Vi\u1ec7t Nam e\u0302\u0323 o\u031b\u0301"),
    ("NotoSansSC-Regular", "zh", "Hani", "ltr", "\u5173\u4e8e\u4fdd\u5168\u6570\u636e\u7684\u8bf7\u6c42\uff0c\u201c\u672a\u7ecf\u8bb8\u53ef\u201d\uff082026\uff09\u3002"),
]

for name, lang, script, direction, text in TEXTS:
    font = hb.Font(hb.Face(hb.Blob.from_file_path(f"../data/{name}.ttf")))
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.direction, buffer.script, buffer.language, buffer.cluster_level = direction, script, lang, 1
    hb.shape(font, buffer)
    glyphs = " ".join(
        f"{i.codepoint}={i.cluster}+{p.x_advance}@{p.x_offset},{p.y_offset}"
        for i, p in zip(buffer.glyph_infos, buffer.glyph_positions))
    print(f"{name}\t{lang}\t{script}\t{direction}\t{text}\t{glyphs}")
