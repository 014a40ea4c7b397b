#!/usr/bin/env bash
# python-calamine 0.9.1: a cell that holds an error (#REF!) and a formula nobody has calculated yet are read as "", like an empty cell.
# Met: app/uploads. A score that had become #REF! would have been "no change". There looks.py searches the sheet's own XML for both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-calamine==0.9.1 openpyxl==3.1.5
"$folder/venv/bin/python" - "$folder/book.xlsx" <<'PY'
import sys
from importlib.metadata import version

from openpyxl import Workbook
from python_calamine import CalamineWorkbook

book = Workbook()
book.active.append(["text", None, "error", "formula"])
book.active["B1"].value, book.active["B1"].data_type = "#REF!", "e"
book.active["C1"] = "=1+1"  # as a program writes it: without a result
book.active["D1"] = 5
book.save(sys.argv[1])
row = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()[0]
print(f"python-calamine {version('python-calamine')}, openpyxl {version('openpyxl')}")
print("expected: something that tells an error and a formula without result from an empty cell")
print(f"seen:     {row}")
sys.exit(0 if row == ["text", "", "", 5.0] else 1)
PY
