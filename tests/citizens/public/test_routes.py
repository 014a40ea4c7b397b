"""The portal: its map, its search, and that nothing personal is anywhere in it."""

import re
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.queries import actor_of
from app.citizens.public.rules import OUTLINES, shade, shades
from app.db import db, transaction
from app.lao.reporting.rules import Counts
from app.models import Account, HistoryEntry, Organisation, Profile
from app.models.enums import CannotReason, ReportStatus, Role, Round
from app.nacc.review.operations import decide
from app.nacc.review.rules import Verdict
from app.registry.queries import provinces
from tests.client import Client
from tests.factories import NOW, facts, make_lao, make_organisation, make_project, make_report, make_staff

MARK = "ข้อมูลส่วนตัว"
MOST_PAGES = 400
LINK = re.compile(r'(?:href|data-hx-get)="(/public[^"#]*)')


def test_nothing_personal_is_on_any_public_page_or_file(app: Flask, client: Client) -> None:
    """Every column that tells of a person is marked, and the site is walked from its front page to the last link."""
    # given
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการที่ {place}")) for place in range(3)]
    make_report(lao, ids[0], ReportStatus.CANNOT, cannot_reason=CannotReason.NO_BUDGET)
    officer = make_staff(f"{MARK}-officer", Role.OFFICER, "65")
    _mark_everybody(lao.organisation_id or 0)
    with transaction():
        decide(actor_of(officer.id), ids[1], 1, Verdict.REJECT, "ซ้ำ", NOW)

    # when
    seen, waiting, found = set[str](), ["/public?year=2561&round=6"], []
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        answer = client.get(path, headers={"HX-Request": "true"} if "/open?" in path else {})
        assert answer.status_code == 200, path
        text = _text(answer.data, path)
        program = path.endswith(".py")  # whose decorators are no addresses
        if MARK in text or ("@" in text.replace("@svg-maps", "") and not program):
            found.append(path)
        for link in map(unescape, LINK.findall(answer.text if "table." not in path else "")):
            if link not in seen and _is_about_us(link):
                seen.add(link)
                waiting.append(link)

    # then
    assert not found
    assert len(seen) > 150
    kinds = ("/table.xlsx", "/table.csv", "/figures/spent", "/compare", "/projects/", "/open?")
    assert [kind for kind in kinds if not any(kind in path for path in seen)] == []


def _is_about_us(link: str) -> bool:
    """The parts of the site that have marked data behind them; 76 other provinces look alike."""
    places = re.search(r"/(provinces|districts|regions)/(\d+)", link)
    if re.search(r"year=(?!2561)|dimension=[2-4]", link):
        return False
    return not places or places[2] in ("65", "6508", "6")


def _mark_everybody(organisation_id: int) -> None:
    people = (
        "contact_name",
        "contact_position",
        "contact_department",
        "phone",
        "email",
        "executive_name",
        "clerk_name",
    )
    with transaction():
        marked = {name: f"{MARK}-{name}" for name in people}
        db.session.execute(update(Profile).where(Profile.organisation_id == organisation_id).values(**marked))
        db.session.execute(update(Account).values(display_name=f"{MARK}-display"))
        assert db.session.query(HistoryEntry).count() > 3


def _text(data: bytes, path: str) -> str:
    if "table.xlsx" not in path:
        return data.decode()
    with ZipFile(BytesIO(data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def test_the_map_has_every_province_once_and_leads_to_it(app: Flask, client: Client) -> None:
    make_organisation()
    page = client.get("/public?year=2561&round=6").text
    svg = page[page.index('<svg class="map"') : page.index("</svg>", page.index('<svg class="map"'))]
    codes = re.findall(r'href="/public/provinces/(\d\d)\?', svg)
    assert sorted(codes) == sorted(code for code, _name in provinces()) == sorted(OUTLINES)
    assert svg.count("<use ") == 77
    assert "<text>พิษณุโลก</text> <text>ยังไม่รายงานผล</text></a>" in svg, "what a link is called stands on the map, too"
    assert "@svg-maps/thailand" in page
    region = client.get("/public/regions/9?year=2561&round=6").text
    assert len(re.findall(r'<a href="/public/provinces/\d\d\?[^"]*"><use', region)) == 7


@pytest.mark.parametrize("round_", list(Round))
def test_colours_are_those_of_the_legend(round_: Round) -> None:
    colours = shades(round_)
    assert [each.number for each in colours] == [5, 4, 3, 2, 1]
    assert (colours[0].label, colours[-1].least) == (f"{80 if round_ == 12 else 50} – 100", 0)
    for done in range(101):
        number = shade(Counts(done=done, in_progress=100 - done), round_)
        own = next(each for each in colours if each.number == number)
        assert own.least <= done < own.below
    assert shade(Counts(waiting=5), round_) == 0
    just_below = Counts(done=15_999, in_progress=4_001)  # 79.995 per cent, shown as 80.00
    assert shade(just_below, Round.TWELVE) == 4


def test_a_search_finds_places_by_name_and_code(app: Flask, client: Client) -> None:
    make_organisation()
    found = client.get("/public/search?q=พิษณุโลก").text
    assert 'href="/public/provinces/65"' in found
    assert 'href="/public/organisations/6650807"' in client.get("/public/search?q=ดินทอง").text
    assert client.get("/public/search?q=6650807").location == "/public/organisations/6650807"
    assert "ไม่พบ “ไม่มีชื่อนี้”" in client.get("/public/search?q=ไม่มีชื่อนี้").text
    for q in ("", "%00", "%25", "'", "ก" * 3000):
        assert client.get(f"/public/search?q={q}").status_code == 200


def test_search_engines_leave_what_is_counted_for_people(app: Flask, client: Client) -> None:
    told = client.get("/robots.txt").text
    assert told.startswith("User-agent: *")
    assert {"/*/figures/", "/*/compare", "/nacc/"} <= {line.removeprefix("Disallow: ") for line in told.splitlines()}


def test_a_shared_link_says_what_it_leads_to(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao))
    page = client.get("/public/organisations/6650807?year=2561&round=6").text
    assert '<meta property="og:title" content="องค์การบริหารส่วนตำบลดินทอง">' in page
    assert "แล้วเสร็จร้อยละ 100.00 จาก 1 โครงการ ระดับมาก" in page
    assert db.session.query(Organisation).count() == 1
