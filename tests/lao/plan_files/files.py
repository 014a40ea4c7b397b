"""Plans as files of every kind, made of the same rows; and Word documents, of whatever is asked for."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

PLANS = Path(__file__).with_name("plans")
SONGKHLA = Path("app/seeds/data/songkhla_projects.csv")
KINDS = {"project": "โครงการ", "activity": "กิจกรรม", "measure": "มาตรการ", "guideline": "แนวปฏิบัติงาน"}
HEADS = ["ลำดับ", "มิติ", "ประเภทงาน", "ชื่อโครงการ", "งบประมาณปี 2561", "ไตรมาส", "กลุ่มเป้าหมาย", "วัตถุประสงค์"]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MACRO = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
PLAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

Rows = Sequence[Sequence[str]]


def songkhla() -> list[list[str]]:
    """The 85 projects of อบจ.สงขลา as a plan, the head first; every third runs without budget."""
    with SONGKHLA.open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    rows = [HEADS]
    for number, each in enumerate(found, start=1):
        amount = "-" if number % 3 == 0 else f"{number * 1000:,}.50"
        more = ["1, 2", f"ประชาชนกลุ่มที่ {number}", f"เพื่อให้เกิดผลข้อที่ {number}"]
        rows.append([str(number), each["dimension"], KINDS[each["kind"]], each["name"], amount, *more])
    return rows


def as_xlsx(rows: Rows, *titles: str) -> bytes:
    book = Workbook()
    for row in [*([title] for title in titles), *rows]:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def as_xlsm(rows: Rows) -> bytes:
    """A workbook with a part for macros, which nobody runs."""
    out = BytesIO()
    with ZipFile(BytesIO(as_xlsx(rows))) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(PLAIN.encode(), MACRO.encode()))
        new.writestr("xl/vbaProject.bin", b"no macro")
    return out.getvalue()


def as_csv(rows: Rows, encoding: str) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding, "replace")


def as_pasted(rows: Rows) -> str:
    text = StringIO()
    csv.writer(text, delimiter="\t").writerows(rows)
    return text.getvalue()


def as_docx(rows: Rows, *above: str) -> bytes:
    return document("".join(map(paragraph, above)) + table(rows))


def paragraph(text: str) -> str:
    return "<w:p>" + "<w:r><w:br/></w:r>".join(map(run, text.split("\n"))) + "</w:p>"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def table(rows: Rows) -> str:
    return f"<w:tbl>{''.join(map(row, rows))}</w:tbl>"


def row(cells: Sequence[str]) -> str:
    return f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in cells)}</w:tr>"


def document(body: str, before: str = "") -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", f"{before}<w:document {W}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def kept(name: str) -> bytes:
    return (PLANS / name).read_bytes()


ALL_KINDS = {
    "plan.xlsx": as_xlsx,
    "plan.xlsm": as_xlsm,
    "plan.xls": lambda _rows: kept("songkhla.xls"),
    "plan.ods": lambda _rows: kept("songkhla.ods"),
    "utf8.csv": lambda rows: as_csv(rows, "utf-8"),
    "bom.csv": lambda rows: as_csv(rows, "utf-8-sig"),
    "874.csv": lambda rows: as_csv(rows, "cp874"),
    "pasted": as_pasted,
    "plan.docx": as_docx,
}
