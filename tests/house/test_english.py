"""English beside Thai: nothing of ours is left in Thai below /en, and the catalogue says what pages say today."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from babel.util import pathmatch
from flask import Flask, current_app, render_template_string
from icalendar import Calendar
from openpyxl import load_workbook

from app import clock
from app.accounts.queries import actor_of
from app.bilingual import IN_ENGLISH, mark_thai
from app.citizens.english_pages import VIEWS
from app.citizens.help.chapters import CHAPTERS
from app.citizens.help.rules import ManualPart
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.snapshots import publication, take_snapshot
from app.db import db, transaction
from app.language import THAI_LETTER, is_english, speak, speak_as_before
from app.lao.projects.operations import delete_project
from app.lao.projects.queries import project_detail
from app.ledger.jobs import sequence_all
from app.models import Organisation, Succession, Window
from app.models.enums import CannotReason, Level, ReportStatus, Role, Round
from app.nacc.review.operations import decide
from app.nacc.review.rules import Verdict
from app.plans.queries import period_of
from app.registry.english import spelled
from app.sentences import sentences_of_template
from config import ROOT
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_former, make_lao, make_project, make_report, make_staff
from tests.house.test_access import address
from tests.language import THAI_WORDS, thai_left, thai_words, typed_words
from tests.lao.fixed_rounds.closing import close, fix

CATALOGUE = ROOT / "app" / "translations" / "en" / "LC_MESSAGES" / "messages"
PLACE = re.compile(r"\{[^{}]*\}|%[sd]|%\.\d+f|%%")
PLACES = ("", "/regions/6", "/provinces/65", "/districts/6508", "/organisations/6650807")
MORE = (
    *(f"{place}{page}?year=2561&round=6" for place in PLACES for page in ("", "/compare", "/figures/percent")),
    *(f"/organisations/6650807/figures/{figure}?side={side}" for figure in ("total", "waiting", "budget-percent")
      for side in ("counted", "rest", "left-out")),
    *(f"/provinces/65?by={by}&level={level}" for by in ("type", "level") for level in ("", "high")),
    *("/provinces/65?sort=percent", "/side-by-side?places=65,6650807,10&q=wang", "/side-by-side?q=zzz"),
    *("/verify?entry=1&hash=0123456789abcdef", "/verify?entry=x&hash=", "/verify?entry=&hash=zz"),
    *("/provinces/65.atom", "/districts/6508.atom"),
    *("/ranking", "/provinces/65/ranking?type=sao", "/districts/9001/ranking"),
    *("/ranking?of=districts", "/ranking?of=provinces&year=2561", "/provinces/65/ranking?of=districts&year=2562"),
    *(f"{place}/table.{file}?year=2561&round=6" for place in PLACES for file in ("xlsx", "csv")),
    *(f"/provinces/65/table.csv?by={by}" for by in ("type", "level")),
    *("/search?q=wang thong", "/search?q=65", "/search?q=nothing like this", "/search/projects?q=โครงการ"),
)  # fmt: skip


@contextmanager
def in_english() -> Iterator[None]:
    token = speak(english=True)
    yield
    speak_as_before(token)


# --- the catalogue ------------------------------------------------------------------------------------
def said_by_pages() -> dict[str, list[str]]:
    """Every sentence that babel.cfg names, with the files it stands in."""
    with (ROOT / "babel.cfg").open() as file:
        methods, _options = parse_mapping_cfg(file)
    found: dict[str, list[str]] = {}
    for path in sorted((*ROOT.glob("templates/**/*.*ml"), *ROOT.glob("app/**/*.py"), *ROOT.glob("static/*.js"))):
        name = str(path.relative_to(ROOT))
        for pattern, method in methods:
            if pathmatch(pattern, name):
                for _line, text, *_rest in extract_from_file(method, path, keywords={"": None}):
                    found.setdefault(str(text), []).append(name)
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.with_suffix(".po").open("rb") as file:
        return read_po(file, locale="en")


def test_every_sentence_of_public_pages_is_in_the_catalogue_and_no_other(catalogue: Catalog) -> None:
    told, known = said_by_pages(), {str(each.id) for each in catalogue if each.id}
    assert len(told) > 600
    assert {text: files for text, files in told.items() if text not in known} == {}, "make catalogue, and translate it"
    assert sorted(known - set(told)) == [], "said nowhere any more: make catalogue"
    assert not catalogue.obsolete


def test_every_sentence_has_an_english_one_with_the_same_values(catalogue: Catalog) -> None:
    for each in catalogue:
        if each.id:
            assert str(each.string).strip(), each.id
            assert not each.fuzzy, each.id
            assert sorted(PLACE.findall(str(each.string))) == sorted(PLACE.findall(str(each.id))), each.id
            assert str(each.string).count("<") == str(each.string).count("<br>"), each.id
            assert not THAI_LETTER.search(str(each.string)) or each.id == "ภาษาไทย", each.id


def test_what_is_compiled_is_what_is_written(catalogue: Catalog) -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = {str(each.id): each.string for each in read_mo(file) if each.id}
    assert compiled == {str(each.id): each.string for each in catalogue if each.id}, "make catalogue"


# --- every page below /en -------------------------------------------------------------------------------
def fill() -> int:
    """A country in which there is something of everything that a public page tells; gives a project's id."""
    lao = make_lao()
    ids = [
        make_project(lao, facts(f"โครงการลำดับ{word}", dimension=1 + n % 4), key=word)
        for n, word in enumerate("กขคงจฉช")
    ]
    make_report(lao, ids[0], spent=Decimal(500), note="ดีมาก", obstacles="ฝนตกหนัก", suggestions="ขยายเวลาให้มากขึ้น")
    make_report(lao, ids[1], ReportStatus.IN_PROGRESS)
    make_report(lao, ids[2], ReportStatus.CANNOT, cannot_reason=CannotReason.STAFF_SHORT)
    make_report(lao, ids[3], ReportStatus.CANNOT, cannot_reason=CannotReason.OTHER, cannot_text="น้ำท่วมสูง")
    admin = actor_of(make_staff("admin", Role.ADMINISTRATOR).id)
    with transaction():
        decide(admin, ids[0], project_detail(lao, ids[0]).version, Verdict.APPROVE, "", NOW)
        decide(admin, ids[4], project_detail(lao, ids[4]).version, Verdict.REJECT, "ไม่ตรงกับแผนเลย", NOW)
        delete_project(lao, _period(), ids[5], project_detail(lao, ids[5]).version, "พิมพ์ผิดทั้งหมด", NOW)
    other = make_lao("6650899", name="องค์การบริหารส่วนตำบลไร้อักษรโรมัน")
    make_report(other, make_project(other, facts("โครงการของที่อื่น")), ReportStatus.DONE)
    organisation = db.session.get_one(Organisation, lao.organisation_id)
    make_former(organisation, name="องค์การบริหารส่วนตำบลชื่อเดิม", code="6650800")
    assert other.organisation_id
    with transaction():
        gone = Succession(organisation_id=other.organisation_id, successor_id=organisation.id, at=NOW)
        gone.document, gone.document_date = "ประกาศกระทรวงมหาดไทย", NOW.date()
        db.session.add(gone)
    close(Round.SIX)
    fix()
    make_report(lao, ids[6], ReportStatus.DONE, Round.TWELVE)
    sequence_all()
    return ids[0]


def _period() -> Any:
    return period_of(YEAR)


CHAPTER_PATHS = [f"/en/help/{each.part.value}/{each.key}" for each in CHAPTERS]
SHOWN = re.compile(r'\bshown\("([^"]+)"')


def english_addresses(app: Flask, project_id: int) -> list[str]:
    rules = [rule for rule in app.url_map.iter_rules() if is_english(rule.rule)]
    found = [address(app, rule, project_id) for rule in rules]
    found += [f"/en/public{each}" for each in MORE]
    found += [*(f"/en/help/{each.value}" for each in ManualPart), *CHAPTER_PATHS]
    found += [f"/en/codes{each}" for each in ("?q=wang thong", "?province=65&district=6508", "?q=zzzz", "?q=6650800")]
    found += ["/en/codes/table.xlsx?province=65", "/en/codes/table.csv?province=65"]
    found += ["/en/help?q=percent", "/en/help?q=percnt", "/en/help?q=zzzz"]
    return sorted(
        {*found, *(f"/en/public/projects/{project_id + n}" for n in range(6)), "/en/nothing", "/en/public/provinces/99"}
    )


def typed_or_named() -> set[str]:
    """Words of the database but those of names that have an English spelling."""
    words = typed_words() | set(THAI_WORDS.findall(current_app.config["CONTACT"]))
    with in_english():
        for model, column in (("provinces", "name"), ("districts", "full_name"), ("organisations", "name")):
            table = db.metadatas[None].tables[model]
            for name in db.session.scalars(db.select(table.c[column])):
                if spelled(name) != name:
                    words -= set(THAI_WORDS.findall(name))
    return words | {"ภาษาไทย"}


def asked_at(path: str) -> set[str]:
    """What the address itself says; of the open data, its examples; of the manual, what it quotes of Thai screens."""
    examples = [each.example for of in DATASETS.values() for each in (*of.fields, *of.parameters)]
    quoted = quoted_screens() if path.startswith(("/en/help", "/en/public/search")) else ""
    return set(THAI_WORDS.findall(f"{path} {quoted} {examples if path == '/en/open-data' else ''}"))


def quoted_screens() -> str:
    """Labels that the manual quotes."""
    texts = (path.read_text() for path in (ROOT / "templates" / "citizens" / "help").glob("_*.html"))
    return " ".join(label for text in texts for label in SHOWN.findall(text))


def test_nothing_below_en_is_thai_but_what_somebody_typed(
    app: Flask, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    project_id = fill()
    monkeypatch.setitem(app.config, "SNAPSHOT_FOLDER", tmp_path)
    take_snapshot(tmp_path, publication(clock.now()))
    typed = typed_or_named()

    for path in english_addresses(app, project_id):
        # when
        answer = client.get(path)

        # then
        assert answer.status_code in (200, 302, 404, 422), path
        if answer.status_code == 302:
            continue
        assert answer.mimetype != "text/html" or '<html lang="en">' in answer.text, path
        assert left_over(answer, path, typed) == set(), path


def left_over(answer: Any, path: str, typed: set[str]) -> set[str]:
    """Thai words that nobody typed; where the manual is searched, an excerpt may cut what it quotes."""
    left = thai_in(answer) - typed - asked_at(path)
    return {word for word in left if word not in quoted_screens()} if "?q=" in path else left


def thai_in(answer: Any) -> set[str]:
    """All Thai words of a page, a fragment or a file; a page says of each that it is Thai."""
    match answer.mimetype:
        case "text/html":
            assert thai_left(answer.text) == []
            return thai_words(answer.text)
        case "image/png":
            return set()
    return set(THAI_WORDS.findall(f"{unquote(answer.headers.get('Content-Disposition', ''))} {text_of_file(answer)}"))


def text_of_file(answer: Any) -> str:
    """All that stands in a file: of a workbook names of sheets, cells and feet; of a calendar its lines unfolded."""
    if not answer.data.startswith(b"PK"):
        return str(answer.data.decode().replace("\r\n ", ""))
    book = load_workbook(BytesIO(answer.data))
    cells = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
    feet = (f"{sheet.title} {sheet.oddFooter.right.text}" for sheet in book)
    return " ".join(map(str, (*cells, *feet)))


def test_no_fragment_below_en_is_thai_but_what_somebody_typed(app: Flask, client: Client) -> None:
    """What htmx asks for without leaving the page."""
    project_id = fill()
    typed = typed_or_named()
    fragments = 0
    for path in english_addresses(app, project_id):
        answer = client.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
        if answer.status_code == 302 or answer.mimetype != "text/html":
            continue
        fragments += "<html" not in answer.text
        assert left_over(answer, path, typed) == set(), path
    assert fragments > 40


FILES = [f"{place}/table" for place in PLACES]
MORE_FILES = ("by=type", "by=level&level=high", "type=sao&district=6508")


def test_a_table_as_a_file_has_the_same_figures_in_both_languages(app: Flask, client: Client) -> None:
    # given
    fill()
    asked = [f"{file}.{{}}?year=2561&round={round_}" for file in FILES for round_ in (6, 12)]
    asked += [f"/provinces/65/table.{{}}?year=2561&round=6&{more}" for more in MORE_FILES]

    for path in asked:
        # when
        thai, english = (client.get(f"{below}/public{path.format('xlsx')}") for below in ("", "/en"))
        lines, english_lines = (
            list(csv.reader(client.get(f"{below}/public{path.format('csv')}").text.splitlines()))
            for below in ("", "/en")
        )

        # then
        assert [list(map(numbers, rows)) for rows in sheets(english)] == [
            list(map(numbers, rows)) for rows in sheets(thai)
        ], path
        assert [list(map(len, rows)) for rows in sheets(english)] == [list(map(len, rows)) for rows in sheets(thai)]
        assert [[cell for cell in line if NUMBER.fullmatch(cell)] for line in english_lines] == [
            [cell for cell in line if NUMBER.fullmatch(cell)] for line in lines
        ], path
        assert sum(len(numbers(row)) for rows in sheets(thai) for row in rows) > 10, path


NUMBER = re.compile(r"[\d.,]+")


def sheets(answer: Any) -> list[list[tuple[Any, ...]]]:
    return [list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(BytesIO(answer.data))]


def numbers(row: tuple[Any, ...]) -> list[tuple[int, Any]]:
    return [(place, cell) for place, cell in enumerate(row) if isinstance(cell, int | float)]


def test_the_calendar_tells_the_same_windows_in_english(app: Flask, client: Client) -> None:
    # given
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=NOW, closes_at=NOW + timedelta(days=30)))

    # when
    thai, english = (
        Calendar.from_ical(client.get(f"{below}/public/windows.ics").data).walk("VEVENT") for below in ("", "/en")
    )

    # then
    assert [[each[name].to_ical() for name in ("UID", "DTSTART", "DTEND")] for each in english] == [
        [each[name].to_ical() for name in ("UID", "DTSTART", "DTEND")] for each in thai
    ]
    assert english[0]["SUMMARY"] == f"Reporting: 6-month round, FY {YEAR}"
    assert english[0]["URL"].endswith("/en/public")


def test_every_english_page_has_its_thai_one_and_names_it(app: Flask, client: Client) -> None:
    project_id = fill()
    site = app.config["PUBLIC_URL"]
    for path in english_addresses(app, project_id):
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html" or "<html" not in answer.text:
            continue
        thai = path.removeprefix("/en")
        link = re.search(r'<a href="([^"]*)" lang="th" hreflang="th">', answer.text)
        assert link, path
        back = client.get(link[1].replace("&amp;", "&"))
        assert (back.status_code, '<html lang="th">' in back.text) == (200, True), path
        assert f'href="/en{link[1]}" lang="en" hreflang="en">English</a>' in back.text, path
        own = re.search('<link rel="canonical" href="([^"]*)">', answer.text)
        assert own, path
        assert own[1].startswith(f"{site}/en/"), path
        assert f'hreflang="en" href="{own[1]}"' in answer.text, path
        assert f'hreflang="th" href="{own[1].replace("/en/", "/", 1)}"' in answer.text, path
        assert own[1].split("?")[0].endswith(path.split("?")[0]) or thai, path


def test_a_page_in_one_language_is_as_it_was_after_the_other_was_made(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Templates and rows are kept by language."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    fill()
    for path in ("/public/provinces/65", "/public/organisations/6650807", "/public"):
        before = client.get(path).text
        app.extensions["public-pages"].clear()
        english = client.get(f"/en{path}").text
        app.extensions["public-pages"].clear()
        assert client.get(path).text == before, path
        app.extensions["public-pages"].clear()
        assert client.get(f"/en{path}").text == english, path


def test_scripts_of_an_english_page_speak_english_and_thai_pages_have_nothing_of_it(app: Flask, client: Client) -> None:
    # given
    thai, english = (
        re.findall(r'<script src="(/static/app[^"]*)"', client.get(path).text) for path in ("/public", "/en/public")
    )
    scripts = [client.get(path).text for path in (*thai, *english)]

    # then it is the same program but for what it says
    assert len(scripts) == 2
    assert not THAI_LETTER.search(scripts[1])
    assert [TEXT.sub("", line) for line in scripts[1].splitlines()] == [
        TEXT.sub("", line) for line in scripts[0].splitlines()
    ]
    assert "The connection is lost" in scripts[1]
    assert "en-GB" in scripts[1], "the moment of printing"


TEXT = re.compile(r'"[^"]*"')


def test_the_manual_quotes_thai_screens_in_thai_with_what_they_say_in_english(app: Flask, client: Client) -> None:
    page = client.get("/en/help/lao/start").text
    assert "Screens of those who work in the system are Thai" in page
    assert '<b class="ui" lang="th">ใช้รหัสนี้</b> (Use this code)' in page
    assert '<b class="ui">Username</b>' in page, "what is English already is said once"
    assert '<b class="ui" lang="th">บันทึก</b> (Save)' in client.get("/en/help/lao/profile").text
    assert '<b class="ui" lang="th">รับรอง</b> (Approve)' in client.get("/en/help/officer/review").text
    for path in ("/help/lao/profile", "/help/officer", "/help/questions"):
        assert 'lang="th"' not in client.get(path).text.partition("<main")[2], path
    assert "Screens of those who work" not in client.get("/en/help/citizen").text


def test_the_manual_is_searched_in_english(app: Flask, client: Client) -> None:
    found = client.get("/en/help?q=denominator").text
    assert 'href="/en/help/citizen/figure">Where every figure comes from</a>' in found
    assert 'href="/en/help/citizen/figure"' in client.get("/en/public/search?q=denominator").text
    assert "/en/help/citizen" not in client.get("/help?q=ตัวหาร").text


def test_what_is_there_in_english_is_said_once(app: Flask) -> None:
    below = {rule.endpoint for rule in app.url_map.iter_rules() if is_english(rule.rule)}
    assert below == VIEWS | {"public.english"}  # the short address of the front


# --- templates ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        ("<p>รวม {{ a.b|count }} แห่ง</p>", ["รวม {a.b} แห่ง"]),
        ('<a href="/x" title="ดู {{ name }}">ไป</a>', ["ดู {name}", "ไป"]),
        ("<b>{{ icon.x }}รวม{{ f(1) }}</b>", ["รวม"]),
        ("<p>{% if a %}หนึ่ง{% else %}สอง{% endif %}</p>", ["หนึ่ง", "สอง"]),
        ('{{ "หนึ่ง" if a else "สอง" }}', ["หนึ่ง", "สอง"]),
        ("<th>ร้อยละ<br>แล้วเสร็จ</th>", ["ร้อยละ<br>แล้วเสร็จ"]),
        ("<p>{{ a }} ของ {{ a }}</p>", ["{a} ของ {a-2}"]),
        ("<!-- ไม่ใช่ --><p>\n  สอง\n  บรรทัด</p>", ["สอง บรรทัด"]),
        ("{# ไม่ใช่ #}<p>no</p>{{ x }}", []),
    ],
)
def test_sentences_of_a_template(source: str, sentences: list[str]) -> None:
    assert [text for _line, text in sentences_of_template(source)] == sentences


def test_only_what_may_hold_an_element_is_marked_as_thai(app: Flask) -> None:
    source = (
        '<p title="{{ t }}">{{ t }}</p><svg><title>{{ t }}</title></svg><option>{{ t }}</option>'
        '<b>{{ "x" ~ t }}</b><i {{ t }}>{{ 1 }}</i>{% block title %}{{ t }}{% endblock %}<p>รวม</p>'
    )
    with app.test_request_context(), in_english():
        template = app.jinja_env.from_string(source)
        named = app.jinja_env.compile(source, f"{IN_ENGLISH}x.html", "x")
        drawn = type(template).from_code(app.jinja_env, named, {**app.jinja_env.globals}).render(t="ไทย")
        assert render_template_string(source, t="ไทย") == template.render(t="ไทย")
    marked = '<span lang="th">ไทย</span>'
    assert drawn == (
        f'<p title="ไทย">{marked}</p><svg><title>ไทย</title></svg><option>ไทย</option>'
        f"<b>x{marked}</b><i ไทย>1</i>ไทย<p>Total</p>"
    )


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("Hat Yai", "Hat Yai"),
        ("โครงการ STRONG ปี 2 (ต่อ)", '<span lang="th">โครงการ STRONG ปี 2 (ต่อ)</span>'),
        ("NACC rejected: ซ้ำ", 'NACC rejected: <span lang="th">ซ้ำ</span>'),
        ("ก &lt;b", '<span lang="th">ก </span>&lt;b'),
    ],
)
def test_what_is_marked_as_thai(words: str, marked: str) -> None:
    assert mark_thai(words) == marked


# --- names, dates, labels -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("thai", "english"),
    [
        ("สงขลา", "Songkhla"),
        ("จังหวัดสงขลา", "Songkhla Province"),
        ("กรุงเทพมหานคร", "Bangkok"),
        ("อำเภอหาดใหญ่", "Hat Yai District"),
        ("เขตพระนคร", "Phra Nakhon District"),
        ("หาดใหญ่", "Hat Yai"),
        ("เทศบาลนครหาดใหญ่", "Hat Yai City Municipality"),
        ("องค์การบริหารส่วนจังหวัดสงขลา", "Songkhla Provincial Administrative Organization"),
        ("องค์การบริหารส่วนตำบลดินทอง", "Din Thong Subdistrict Administrative Organization"),
        ("เมืองพัทยา", "Pattaya City"),
        ("เทศบาลตำบลไร้อักษรโรมัน", "เทศบาลตำบลไร้อักษรโรมัน"),
    ],
)
def test_names_of_places(app: Flask, thai: str, english: str) -> None:
    assert spelled(thai) == thai
    with in_english():
        assert spelled(thai) == english


def test_dates_and_labels_follow_the_language_of_the_page(app: Flask) -> None:
    moment = datetime(2026, 9, 30, 14, 5, tzinfo=clock.BANGKOK)
    assert (clock.thai_date(moment, short=True), clock.thai_time(moment)) == ("30 ก.ย. 2569", "14.05 น.")
    assert (clock.years_of(2569), Level.HIGH.label, Round.SIX.label) == ("", "มาก", "รอบ 6 เดือน")
    with in_english():
        assert clock.thai_date(moment) == "30 September 2026 (B.E. 2569)"
        assert (clock.thai_date(moment, short=True), clock.thai_time(moment)) == ("30 Sep 2026 (B.E. 2569)", "14:05")
        assert clock.years_of(2569) == " · FY 2569 (Oct 2025 – Sep 2026)"
        assert (Level.HIGH.label, Round.SIX.label) == ("High", "6-month round")


def test_files_of_the_catalogue_are_part_of_the_program() -> None:
    assert {each.name for each in Path(CATALOGUE).parent.iterdir()} == {"messages.po", "messages.mo"}


@pytest.mark.parametrize("path", ["//evil.example", "/%2fevil.example", "/%2f%5cevil.example", "/nothing", "/login"])
def test_what_is_no_page_leads_to_the_front_and_to_nobody_elses_host(client: Client, path: str) -> None:
    page = client.get(f"/en{path}")
    assert page.status_code == 404
    assert '<a href="/public" lang="th" hreflang="th">' in page.text
    assert "evil.example" not in page.text


def test_the_short_address_leads_to_the_english_front(client: Client) -> None:
    assert client.get("/en").location == "/en/public"


def test_methods_are_told_below_en_without_running_the_view(client: Client) -> None:
    for path in ("/public/ranking", "/public/provinces/00", "/codes"):
        thai, english = (client.open(prefix + path, method="OPTIONS") for prefix in ("", "/en"))
        assert (thai.data, english.data) == (b"", b"")
        assert set(thai.allow) == set(english.allow) == {"GET", "HEAD", "OPTIONS"}
