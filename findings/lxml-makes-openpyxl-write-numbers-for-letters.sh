#!/usr/bin/env bash
# openpyxl 3.1.5 with lxml 6.1.3 in reach (python-docx brings it): a write-only sheet holds a character reference for each Thai letter,
# seven bytes where UTF-8 has three; without lxml the same program writes the letters. Setting nothing, a program's files change with what
# else is installed.
# Met: app/spreadsheets, whose fast lane writes the very bytes of openpyxl; it tells openpyxl to leave lxml alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cat >"$folder/write.py" <<'PY'
import io
from zipfile import ZipFile

import openpyxl

book = openpyxl.Workbook(write_only=True)
book.create_sheet().append(["โครงการ"])
file = io.BytesIO()
book.save(file)
text = ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
print("letters" if "โครงการ" in text else "numbers" if "&#3650;" in text else "neither")
PY
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5
alone=$("$folder/venv/bin/python" "$folder/write.py")
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check lxml==6.1.3
beside=$("$folder/venv/bin/python" "$folder/write.py")
echo "openpyxl 3.1.5, lxml 6.1.3"
echo "expected: the same sheet, whatever else is installed"
echo "seen:     $alone alone, $beside beside lxml"
[ "$alone $beside" = "letters numbers" ]
