#!/usr/bin/env bash
# openpyxl 3.1.5: a row with a height is always written with customHeight="1", also where its dimension says customHeight=False.
# Met: app/spreadsheets. Excel does not refit such a row when somebody edits its text; ours get a height without that word, by a plain
# dict among the row dimensions.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5
"$folder/venv/bin/python" - "$folder/book.xlsx" <<'PY'
import re
import sys
from zipfile import ZipFile

import openpyxl

book = openpyxl.Workbook()
book.active["A1"] = "text"
book.active.row_dimensions[1] = openpyxl.worksheet.dimensions.RowDimension(book.active, index=1, ht=40, customHeight=False)
book.save(sys.argv[1])
row = re.search(r"<row [^>]*>", ZipFile(sys.argv[1]).read("xl/worksheets/sheet1.xml").decode())[0]
print(f"openpyxl {openpyxl.__version__}")
print('expected: ht="40" and no customHeight="1"')
print(f"seen:     {row}")
sys.exit(0 if 'customHeight="1"' in row else 1)
PY
