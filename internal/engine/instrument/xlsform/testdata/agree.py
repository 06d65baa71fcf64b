"""Puts the forms of cases.md to pyxform and compares verdicts. The test TestCases holds the verdicts of this reader.

    python3 -m venv v && v/bin/pip install pyxform==4.5.0 && v/bin/python agree.py [folder of workbooks that we wrote]

It fails when pyxform refuses a form that is sound here, or a workbook of the folder. What it takes and this reader refuses is printed: pyxform leaves
expressions and circles to a validator of its own.
"""
import pathlib
import sys

from pyxform.xls2xform import convert

folder = pathlib.Path(__file__).parent
sound = {True: 0, False: 0}  # by pyxform's verdict
broken = {True: 0, False: 0}
for case in folder.joinpath("cases.md").read_text("utf-8").split("\n## ")[1:]:
    title, table = case.split("\n", 1)
    try:
        convert(table, file_type=".md", validate=False)
        theirs, why = True, ""
    except Exception as e:  # whatever way it refuses in
        theirs, why = False, str(e).split("\n")[0]
    if title.startswith("sound"):
        sound[theirs] += 1
        if not theirs:
            print("sound here, refused there:", title, "|", why)
    else:
        broken[theirs] += 1
        if theirs:
            print("refused here only:", title)
print(f"{sound[True]} of {sum(sound.values())} sound forms are taken there too")
print(f"{broken[False]} of {sum(broken.values())} broken forms are refused there too, {broken[True]} here only")
written = 0
for book in sorted(pathlib.Path(sys.argv[1]).glob("*.xlsx")) if len(sys.argv) > 1 else []:
    try:
        if "<bind nodeset" not in convert(str(book), validate=False).xform:
            raise ValueError("it sees no questions in it")
        written += 1
    except Exception as e:
        sound[False] += 1
        print("written here, refused there:", book.name, "|", str(e).split("\n")[0])
print(f"{written} workbooks written here are taken there")
sys.exit(sound[False] > 0)
