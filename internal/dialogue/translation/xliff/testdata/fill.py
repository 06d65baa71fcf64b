# Reads an XLIFF file with translate-toolkit, as a translator's tool does, gives the empty targets words and writes it.
#   python fill.py IN OUT
import sys

from translate.storage import xliff

with open(sys.argv[1], "rb") as f:
    store = xliff.xlifffile.parsestring(f.read())
for unit in store.units:
    print(unit.getid(), repr(str(unit.source)), repr(str(unit.target or "")), sep="\t")
    if not unit.target:
        unit.target = unit.source
with open(sys.argv[2], "wb") as f:
    f.write(bytes(store))
