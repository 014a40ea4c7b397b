"""The papers an LAO signs: the same figures as on screen, in both kinds of file, and a draft until they hold."""

import io
import os
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from flask import Flask
from pypdf import PdfReader

from app import clock
from app.access import Actor
from app.db import transaction
from app.lao.papers.queries import executive, planned_projects, round_told
from app.lao.papers.rules import PLAN, plan_paper, position, round_paper
from app.lao.reporting.counts import round_summary
from app.lao.sending.operations import send_round
from app.lao.sending.queries import round_to_send
from app.lao.sending.rules import sealed
from app.models.enums import CannotReason, OrganisationType, ReportStatus, ReviewStatus, Role, Round
from app.plans.queries import period_of
from app.typeset.content import Paper, RowKind
from app.typeset.pdf import paper_pdf
from app.typeset.word import paper_docx
from app.words import baht
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_staff, review
from tests.house.test_printed import FONTS
from tests.lao.fixed_rounds.closing import close, fix
from tests.lao.sending.test_sending import sent
from tests.pages import enter

SOFFICE = shutil.which("soffice")
HERE = "http://127.0.0.1/public/organisations/6650807?year=2561&round=6"
PAPERS = "/reporting/papers"
SIDES = ("left", "right", "top", "bottom")
LONG = "โครงการ" + "น้ำล้ำค่ำ" * 33  # 304 letters and no space


def in_pdf(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def in_docx(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    words = [each.text or "" for each in document.element.body.iter() if each.tag.endswith("}t")]
    return "".join("".join(words).split())


READERS = {"pdf": (paper_pdf, in_pdf), "docx": (paper_docx, in_docx)}


def told_paper(lao: Actor, round_: Round = Round.SIX) -> Paper:
    period = period_of(YEAR)
    assert period
    return round_paper(round_told(lao, YEAR, round_, NOW), period.dimensions, executive(lao), HERE, NOW)


@pytest.mark.parametrize("kind", READERS)
def test_a_round_is_on_paper_as_on_screen_with_what_was_said_of_each_project(app: Flask, kind: str) -> None:
    lao = make_lao()
    first, second = make_project(lao, facts(LONG)), make_project(lao, facts("โครงการที่สอง", dimension=2))
    said = {"obstacles": "วิทยากรติดภารกิจ\nสองครั้ง", "suggestions": "กำหนดวันจัดล่วงหน้า", "note": "จัดแล้ว"}
    make_report(lao, first, spent=Decimal("1234.50"), ordinance_budget=Decimal("98765.25"), **said)
    reason = {"cannot_reason": CannotReason.OTHER, "cannot_text": "น้ำท่วมที่ทำการ"}
    make_report(lao, second, ReportStatus.CANNOT, **reason)
    write, read = READERS[kind]
    text = read(write(told_paper(lao), NOW))
    money = round_summary(lao, YEAR, Round.SIX).money
    for words in (
        *(LONG, "โครงการที่สอง", "วิทยากรติดภารกิจสองครั้ง", "กำหนดวันจัดล่วงหน้า", "จัดแล้ว", "น้ำท่วมที่ทำการ"),
        *(baht(money.planned), baht(money.ordinance), baht(money.spent), "98,765.25", "50.00"),
        *("รอบ6เดือน", "องค์การบริหารส่วนตำบลดินทอง", "มิติที่2", HERE, "(ลงชื่อ)"),
    ):
        assert words in text, words


@pytest.mark.parametrize("kind", READERS)
def test_the_plan_has_every_project_with_its_budget_of_each_year(app: Flask, kind: str) -> None:
    lao, period = make_lao(), period_of(YEAR)
    assert period
    make_project(lao, facts("โครงการแรก", budgets={YEAR: Decimal("1500.50"), YEAR + 1: None}))
    make_project(lao, facts("โครงการสี่", dimension=4, budgets={YEAR: Decimal(500)}))
    projects = planned_projects(lao, period)
    write, read = READERS[kind]
    text = read(write(plan_paper("อบต.ดินทอง", period, projects, executive(lao), HERE, NOW), NOW))
    for words in (PLAN, "โครงการแรก", "1,500.50", "ไม่ใช้งบประมาณ", "รวมทั้งสิ้น(2รายการ)", "2,000.50", "ปี2564"):
        assert words in text, words
    empty = read(write(plan_paper("อบต.ดินทอง", period, [], executive(lao), HERE, NOW), NOW))
    assert "ไม่มีโครงการ" in empty


def test_a_paper_is_a_draft_until_it_was_sent_as_it_stands_or_the_round_closed(client: Client) -> None:
    lao = make_lao()
    enter(client, lao.account_id)
    project = make_project(lao)
    assert "ยังไม่รายงานผล" in round_told(lao, YEAR, Round.SIX, NOW).draft
    make_report(lao, project)
    assert round_told(lao, YEAR, Round.SIX, NOW).draft == "ยังไม่ได้ส่งรายงานทั้งรอบ"
    sent(client, lao)
    assert round_told(lao, YEAR, Round.SIX, NOW).draft == ""
    text = in_pdf(client.get(f"{PAPERS}/round.pdf?year={YEAR}&round=6").data)
    assert "ร่าง" not in text
    assert "/public/verify?entry=" in text
    make_report(lao, project, ReportStatus.IN_PROGRESS)
    assert "มีการแก้ไขหลังส่ง" in round_told(lao, YEAR, Round.SIX, NOW).draft
    assert "ร่าง:มีการแก้ไขหลังส่ง" in in_pdf(client.get(f"{PAPERS}/round.pdf?year={YEAR}&round=6").data)
    sent(client, lao)
    assert round_told(lao, YEAR, Round.SIX, NOW).draft == ""


def test_on_paper_stands_what_counts_in_that_plan_and_round_numbered_through(app: Flask) -> None:
    lao, period = make_lao(passed=(YEAR, 2566)), period_of(YEAR)
    assert period
    first, _second = make_project(lao, facts("โครงการแรก")), make_project(lao, facts("โครงการที่สอง", dimension=2))
    review(make_project(lao, facts("โครงการที่ถูกปฏิเสธ")), ReviewStatus.REJECTED, "ซ้ำ")
    make_project(lao, facts("โครงการของแผนหน้า", budgets={2566: None}))
    for round_, note in ((Round.SIX, "ครึ่งปี"), (Round.TWELVE, "ทั้งปี")):
        make_report(lao, first, round_=round_, note=note)
        told = [(each.name, each.note) for each in round_told(lao, YEAR, round_, NOW).projects]
        assert told == [("โครงการแรก", note), ("โครงการที่สอง", "")]
    assert [each.name for each in planned_projects(lao, period)] == ["โครงการแรก", "โครงการที่สอง"]
    rows = [row.cells[:2] for row in told_paper(lao).tables[1].rows if row.kind is RowKind.PLAIN]
    assert rows == [("1", "โครงการแรก"), ("2", "โครงการที่สอง")]


def test_a_round_with_nothing_to_report_says_on_paper_why(app: Flask) -> None:
    lao, why = make_lao(), "งบประมาณปีนี้ตกไป"
    with transaction():
        figures = round_to_send(lao, YEAR, Round.SIX, NOW).figures
        send_round(lao, YEAR, Round.SIX, sealed(figures), NOW, why)
    assert any(line.endswith(f"เหตุผล: {why}") for line in told_paper(lao).lines)


def test_a_closed_round_is_on_paper_as_it_was_fixed(app: Flask) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao), spent=Decimal("77.70"))
    close()
    fix()
    make_project(lao, facts("โครงการหลังปิดรอบ"))
    told = round_told(lao, YEAR, Round.SIX, clock.now())
    assert told.draft == ""
    text = in_pdf(paper_pdf(told_paper(lao), NOW))
    assert "ณปิดรอบ" in text
    assert "77.70" in text
    assert "โครงการหลังปิดรอบ" not in text


def test_the_page_offers_both_files_of_each_paper_and_nothing_of_another_lao(client: Client) -> None:
    lao, other = make_lao(), make_lao("6650808", name="เทศบาลตำบลอื่น")
    make_project(lao, facts("โครงการของเรา"))
    make_project(other, facts("โครงการของเขา"))
    enter(client, lao.account_id)
    page = client.get(f"{PAPERS}?year={YEAR}&round=6").text
    files = re.findall(rf'href="({PAPERS}/[^"]+)"', page)
    assert len(files) == 6
    for address in files:
        answer = client.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        read = in_pdf if ".pdf" in address else in_docx
        assert "โครงการของเขา" not in read(answer.data)
        assert "โครงการของเรา" in read(answer.data)
    enter(client, make_staff("somsri", Role.ADMINISTRATOR).id)
    assert client.get(f"{PAPERS}/plan.pdf").status_code in (302, 403, 404)


def test_long_plans_go_on_with_their_head_and_number_on_every_page_and_are_signed_beside_the_last_rows(
    app: Flask,
) -> None:
    lao = make_lao()
    for number in range(60):
        make_project(lao, facts(f"โครงการที่ {number}", dimension=1 + number % 4), key=str(number))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(paper_pdf(told_paper(lao), NOW))).pages]
    assert len(pages) > 2
    assert all("ผลการดำเนินงาน" in page and "ข้อเสนอแนะ" in page for page in pages[1:])
    assert "- ๒ -" in pages[1]
    assert "รวมทั้งสิ้น" in pages[-1]
    assert "(ลงชื่อ)" in pages[-1]


def test_a_text_longer_than_a_page_goes_on_and_nothing_is_lost(app: Flask) -> None:
    lao = make_lao()
    said = "ปัญหา" * 399 + "จบ"
    make_report(lao, make_project(lao), obstacles=said, suggestions="x" * 2000)
    paper = told_paper(lao)
    pages = PdfReader(io.BytesIO(paper_pdf(paper, NOW))).pages
    assert len(pages) > 2
    assert sum(page.extract_text().count("ปัญหา") for page in pages) >= 390  # a word may end its line


def test_word_names_the_typeface_for_thai_letters_repeats_heads_and_keeps_rows_whole(app: Flask) -> None:
    lao = make_lao()
    make_project(lao)
    with zipfile.ZipFile(io.BytesIO(paper_docx(told_paper(lao), NOW))) as parts:
        styles, body = (parts.read(f"word/{name}.xml").decode() for name in ("styles", "document"))
    assert 'w:cs="TH Sarabun New"' in styles
    assert '<w:szCs w:val="32"/>' in styles
    assert "<w:bCs/>" in styles
    assert body.count("<w:tblHeader/>") == 2
    assert body.count("<w:tr>") == body.count("<w:cantSplit/>")
    assert 'w:orient="landscape"' in body
    section = re.findall(r"<w:(\w+)", body[body.index("<w:sectPr") :])
    known = [name for name in section if name in ("pgSz", "pgMar", "pgNumType", "cols", "titlePg", "docGrid")]
    assert known == ["pgSz", "pgMar", "pgNumType", "cols", "titlePg", "docGrid"]
    left, right, top, bottom = (re.search(rf'w:{side}="(\d+)"', body[body.index("<w:pgMar") :]) for side in SIDES)
    assert [round(int(each[1]) / 567, 1) for each in (left, right, top, bottom) if each] == [3.0, 2.0, 2.5, 2.0]


@pytest.mark.skipif(not SOFFICE, reason="needs LibreOffice: tools/debian-packages soffice")
def test_libreoffice_opens_the_word_file_on_a4_across_with_all_its_rows(app: Flask, tmp_path: Path) -> None:
    lao = make_lao()
    for number in range(30):
        make_project(lao, facts(f"Project {number:02} โครงการ", dimension=1 + number % 4), key=str(number))
    (tmp_path / "paper.docx").write_bytes(paper_docx(told_paper(lao), NOW))
    (tmp_path / "fonts.conf").write_text(FONTS)
    subprocess.run(
        [
            *(str(SOFFICE), "--headless", "--norestore", f"-env:UserInstallation=file://{tmp_path}/profile"),
            *("--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "paper.docx")),
        ],
        env={**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")},
        check=True,
        capture_output=True,
        timeout=180,
    )
    pages = PdfReader(tmp_path / "paper.pdf").pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {(842, 595)}
    text = " ".join(page.extract_text() for page in pages)
    assert all(f"Project {number:02}" in text for number in range(30))
    assert HERE in "".join(text.split())


@pytest.mark.parametrize(
    ("type_", "name", "called"),
    [
        (OrganisationType.PAO, "องค์การบริหารส่วนจังหวัดสงขลา", "นายกองค์การบริหารส่วนจังหวัดสงขลา"),
        (OrganisationType.TOWN, "เทศบาลเมืองสะเดา", "นายกเทศมนตรีเมืองสะเดา"),
        (OrganisationType.PATTAYA, "เมืองพัทยา", "นายกเมืองพัทยา"),
        (OrganisationType.BANGKOK, "กรุงเทพมหานคร", "ผู้ว่าราชการกรุงเทพมหานคร"),
    ],
)
def test_an_executive_is_called_what_the_law_calls_them(type_: OrganisationType, name: str, called: str) -> None:
    assert position(type_, name) == called
