"""Our workbook in another office program: opened by LibreOffice and printed to A4."""

import os
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.models.enums import CannotReason, Kind, ReportStatus
from app.nacc.exports.queries import ExportedProject
from app.nacc.exports.workbooks import PROJECT_COLUMNS, RULES
from app.spreadsheets.excel import Table, workbook

SOFFICE = shutil.which("soffice")
PATIENCE_SECONDS = 120
A4_LANDSCAPE = (842, 595)  # points
# Laksaman has the widths of TH Sarabun New, which offices have and Debian has not.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>
<include>/etc/fonts/fonts.conf</include>
<match><test name="family"><string>TH Sarabun New</string></test>
<edit name="family" mode="assign" binding="strong"><string>Laksaman</string></edit></match></fontconfig>"""
LONG = "โครงการส่งเสริมคุณธรรมและจริยธรรมผู้บริหาร สมาชิกสภา และพนักงานส่วนท้องถิ่น ประจำปีงบประมาณ พ.ศ. 2561 ครั้งที่"


def example(rows: int) -> Table[ExportedProject]:
    """As wide as our widest rows get, and more than a page long."""
    return Table(
        "โครงการ",
        ("รายการโครงการและผลรายงาน", "จังหวัดพิษณุโลก", "ปีงบประมาณ 2561 รอบ 6 เดือน"),
        PROJECT_COLUMNS,
        (
            ExportedProject(
                code=f"66508{n:02}",
                lao="องค์การบริหารส่วนตำบลดินทอง",
                district="วังทอง",
                province="พิษณุโลก",
                kind=Kind.GUIDELINE,
                project=f"{LONG} {n}",
                dimension=1,
                planned=Decimal("99999999999.99"),
                ordinance=None,
                spent=Decimal("50000.17"),
                status=ReportStatus.CANNOT,
                cannot_reason=CannotReason.NO_BUDGET,
                cannot_text=None,
            )
            for n in range(rows)
        ),
        rules=RULES,
    )


@pytest.mark.skipif(not SOFFICE, reason="needs LibreOffice: tools/debian-packages soffice")
def test_libreoffice_prints_it_on_a4_with_the_head_on_every_page_and_no_column_cut_off(tmp_path: Path) -> None:
    (tmp_path / "file.xlsx").write_bytes(workbook(example(40)))
    (tmp_path / "fonts.conf").write_text(FONTS)
    subprocess.run(
        [
            *(str(SOFFICE), "--headless", "--norestore", f"-env:UserInstallation=file://{tmp_path}/profile"),
            *("--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "file.xlsx")),
        ],
        env={**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")},
        check=True,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    pages = PdfReader(tmp_path / "file.pdf").pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {A4_LANDSCAPE}
    # The font draws ำ as two marks, and they are read back as such.
    texts = ["".join(page.extract_text().split()).replace("ำา", "ำ") for page in pages]
    tables, explanations = texts[:-1], texts[-1]
    assert len(tables) > 1
    for text in tables:
        for word in " ".join(column.head for column in PROJECT_COLUMNS).split():
            assert word in text
        assert "###" not in text  # a number too wide for its column
    assert [number for text in tables for number in range(40) if f"66508{number:02}" in text] == list(range(40))
    assert sum(text.count("99,999,999,999.99") for text in tables) == 40
    assert "3,999,999,999,999.60" in tables[-1]
    assert "เกิน100ได้" in explanations
