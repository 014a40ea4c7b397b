#!/usr/bin/env bash
# pdfminer.six puts letters into one line when their distance is less than a part of the wider one's width. A Thai vowel
# and the tone mark upon it have no width at all: their distance 0 is not less than 0, and the line ends between them.
# "ที่" is read as "ที" and a line that begins with a tone mark. app/typeset/letters.py gives marks a width of a thousandth.
# Met with pdfminer.six 20260107, in a file of fpdf2 2.8.9 that pypdf reads right.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q fpdf2==2.8.9 pdfminer.six==20260107
"$folder/venv/bin/python" - "$here/app/typeset/fonts/sarabun-400.ttf" <<'PYTHON'
import io
import sys

from fpdf import FPDF
from pdfminer.high_level import extract_text

paper = FPDF()
paper.add_font("Sarabun", "", sys.argv[1])
paper.set_font("Sarabun", size=16)
paper.add_page()
paper.cell(text="ที่ดินที่ใช้")
read = extract_text(io.BytesIO(bytes(paper.output()))).split()
print("expected:", ["ที่ดินที่ใช้"])
print("seen:    ", read)
sys.exit(0 if len(read) > 1 else 1)  # 1: one line now, so letters.py need give marks no width
PYTHON
