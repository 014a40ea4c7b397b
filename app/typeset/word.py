"""A paper as .docx, A4 across, in the typeface of Thai offices, to be changed and signed.

Of Thai letters Word reads typeface, size and weight from names of their own (w:cs, w:szCs, w:bCs), which python-docx
never sets; they stand in the styles, once. Tables are written as XML: python-docx looks through one for each cell.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from app.typeset.codes import code_picture
from app.typeset.content import DRAFT, Align, Paper, PaperRow, PaperTable, RowKind, column_widths, signed

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section

TYPEFACE = "TH Sarabun New"
MARGINS_CM = {"left_margin": 3.0, "right_margin": 2.0, "top_margin": 2.5, "bottom_margin": 2.0}
ROOM_CM = 29.7 - MARGINS_CM["left_margin"] - MARGINS_CM["right_margin"]
TWIPS = 567  # a centimetre
CODE_CM = 2.8
KEPT_ROWS = 2  # of the last table, that stand on one page with who signs
TITLE, LEAD, SMALL, SMALL_LEAD = "Paper Title", "Paper Lead", "Paper Small", "Paper Small Lead"
# Points of TH Sarabun, whose letters are a third smaller than those of most typefaces.
STYLES = {TITLE: (20, True), LEAD: (16, True), SMALL: (13, False), SMALL_LEAD: (13, True)}
BODY_POINTS = 16
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def paper_docx(paper: Paper, at: datetime) -> bytes:
    from docx import Document  # takes a third of a second, which no start of the program should wait for

    document = Document()
    _styles(document)
    _lay_out(document.sections[0], paper)
    properties = document.core_properties
    properties.title, properties.author, properties.language = paper.name, "e-PlanNACC", "th-TH"
    properties.created = properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    for line in paper.title:
        _paragraph(document, line, TITLE, Align.CENTRE)
    if paper.draft:
        _paragraph(document, f"{DRAFT}: {paper.draft}", LEAD, Align.CENTRE)
    for line in paper.lines:
        _paragraph(document, line)
    for each in paper.tables:
        _add_table(document, each, signed_under=each is paper.tables[-1])
    _foot(document, paper)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _styles(document: "Document") -> None:
    from docx.enum.style import WD_STYLE_TYPE

    normal = document.styles["Normal"]
    _set_type(normal, BODY_POINTS, bold=False)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = 0
    for name, (points, bold) in STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _set_type(style, points, bold=bold)
        style.paragraph_format.keep_with_next = name in (TITLE, LEAD)


def _set_type(style: Any, points: int, *, bold: bool) -> None:
    from docx.oxml import parse_xml

    properties = style.element.get_or_add_rPr()
    for child in list(properties):
        properties.remove(child)
    weight = "<w:b/><w:bCs/>" if bold else ""
    faces = " ".join(f'w:{script}="{TYPEFACE}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    size = f'<w:sz w:val="{points * 2}"/><w:szCs w:val="{points * 2}"/>'
    made = parse_xml(f'<w:rPr {W}><w:rFonts {faces}/>{weight}{size}<w:lang w:val="th-TH" w:bidi="th-TH"/></w:rPr>')
    properties.extend(list(made))


def _lay_out(section: "Section", paper: Paper) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.oxml import parse_xml
    from docx.shared import Cm

    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)
    for name, centimetres in MARGINS_CM.items():
        setattr(section, name, Cm(centimetres))
    section.header_distance = Cm(1.25)
    section.different_first_page_header_footer = True
    numbers = parse_xml(f'<w:pgNumType {W} w:fmt="thaiNumbers"/>')
    section._sectPr.insert_element_before(numbers, "w:cols", "w:titlePg", "w:docGrid")  # Word minds the order
    number = _field(
        "PAGE"
    )  # the section says that it is in Thai digits; LibreOffice takes PAGE \* ThaiArabic for letters
    _head(
        section.header,
        f'<w:r><w:t xml:space="preserve">- </w:t></w:r>{number}<w:r><w:t xml:space="preserve"> -</w:t></w:r>',
    )
    if paper.draft:
        for head in (section.header, section.first_page_header):
            made = head.add_paragraph(DRAFT, style=LEAD)
            made.alignment = _aligned(Align.RIGHT)


def _field(name: str) -> str:
    parts = (
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve"> {name} </w:instrText>',
        '<w:fldChar w:fldCharType="end"/>',
    )
    return "".join(f"<w:r>{part}</w:r>" for part in parts)


def _head(header: Any, runs: str) -> None:
    from docx.oxml import parse_xml

    header.is_linked_to_previous = False
    paragraph = header.paragraphs[0]
    paragraph.style, paragraph.alignment = "Normal", _aligned(Align.CENTRE)
    paragraph._p.extend(list(parse_xml(f"<w:p {W}>{runs}</w:p>")))


def _aligned(side: Align) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    return {Align.LEFT: None, Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER, Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT}[side]


def _paragraph(document: "Document", words: str, style: str | None = None, side: Align = Align.LEFT) -> Any:
    made = document.add_paragraph(words, style=style)
    made.alignment = _aligned(side)
    return made


def _add_table(document: "Document", table: PaperTable, *, signed_under: bool) -> None:
    from docx.oxml import parse_xml

    _paragraph(document, table.heading, LEAD)
    widths = [round(room * TWIPS) for room in column_widths(table.columns, ROOM_CM)]
    document.element.body.insert_element_before(
        parse_xml("".join(_table_xml(table, widths, KEPT_ROWS if signed_under else 0))), "w:sectPr"
    )


LINES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
GREY = '<w:shd w:val="clear" w:color="auto" w:fill="F0F0F0"/>'


def _table_xml(table: PaperTable, widths: Sequence[int], together: int) -> Iterator[str]:
    """`together`: how many rows at the end stand on one page with what follows."""
    plain, lead = (SMALL, SMALL_LEAD) if table.small else ("Normal", LEAD)
    yield f'<w:tbl {W}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{LINES}</w:tblBorders>'
    yield '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/>'
    yield "</w:tblCellMar></w:tblPr><w:tblGrid>"
    yield from (f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    yield "</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
    for column, wide in zip(table.columns, widths, strict=True):
        yield _cell(column.head, lead, Align.CENTRE, wide, shaded=True, kept=True)
    yield "</w:tr>"
    last = len(table.rows) - together
    for place, row in enumerate(table.rows):
        yield "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        yield from _cells(row, table, widths, plain if row.kind is RowKind.PLAIN else lead, kept=place >= last)
        yield "</w:tr>"
    yield "</w:tbl>"


def _cells(row: PaperRow, table: PaperTable, widths: Sequence[int], style: str, *, kept: bool) -> Iterator[str]:
    shaded = row.kind is not RowKind.PLAIN
    if row.kind is RowKind.BAND:
        yield _cell(row.cells[0], style, Align.LEFT, sum(widths), span=len(widths), shaded=shaded, kept=True)
        return
    for words, column, wide in zip(row.cells, table.columns, widths, strict=True):
        yield _cell(words, style, column.side, wide, shaded=shaded, kept=kept)


def _cell(
    words: str, style: str, side: Align, wide: int, *, span: int = 1, shaded: bool = False, kept: bool = False
) -> str:
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    name = style.replace(" ", "")
    lines = "<w:r><w:br/></w:r>".join(
        f'<w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r>' for line in words.splitlines()
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{spans}{GREY if shaded else ""}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{name}"/><w:keepNext w:val="{int(kept)}"/><w:jc w:val="{side.value}"/></w:pPr>'
        f"{lines}</w:p></w:tc>"
    )


def _foot(document: "Document", paper: Paper) -> None:
    """Who signs, and under it where the same figures stand."""
    from docx.shared import Cm

    _paragraph(document, "")
    for words in signed(paper.signature):
        made = _paragraph(document, words, side=Align.CENTRE)
        made.paragraph_format.left_indent = Cm(ROOM_CM / 2)
        made.paragraph_format.keep_with_next = True
    picture = _paragraph(document, "")
    picture.paragraph_format.keep_with_next = True
    shape = picture.add_run().add_picture(BytesIO(code_picture(paper.source.address)), width=Cm(CODE_CM))
    shape._inline.docPr.set("descr", f"QR code: {paper.source.address}")
    _paragraph(document, paper.source.words, SMALL).paragraph_format.keep_with_next = True
    _paragraph(document, paper.source.address, SMALL)
