"""Collects the small forms that stand in pyxform's own tests, and what pyxform says of them:

    git clone https://github.com/XLSForm/pyxform && v/bin/python verdicts.py pyxform/tests > verdicts.json
    COMITY_XLSFORM_VERDICTS=$PWD/verdicts.json go test -run Verdicts -v ./internal/engine/instrument/xlsform
"""
import ast
import json
import pathlib
import sys

from pyxform.xls2xform import convert

cases, seen = [], set()
for file in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except SyntaxError:
        continue
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if "| survey" not in text or "\n" not in text or "{" in text.replace("${", "") or text in seen:
            continue
        seen.add(text)
        try:
            convert(text, file_type=".md", validate=False)
            sound = True
        except Exception:  # whatever way it refuses in
            sound = False
        cases.append({"file": file.name, "line": node.lineno, "text": text, "sound": sound})
json.dump(cases, sys.stdout)
