"""Feeds and the calendar, read by the programs that others read them with; and what search engines are told."""

from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from flask import Flask
from icalendar import Calendar
from PIL import Image
from sqlalchemy import update

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.citizens.follow import queries
from app.db import db, transaction
from app.lao.projects.operations import delete_project
from app.models import HistoryEntry, Organisation, Project, Window
from app.models.enums import Action, CannotReason, Entity, PlanStatus, ReportStatus, Role, Round
from app.nacc.amendments.operations import take_today
from app.nacc.blackouts.operations import black_out
from app.nacc.blackouts.rules import BlackedText
from app.nacc.plan_years.operations import set_status
from app.nacc.review.operations import decide
from app.nacc.review.rules import Verdict
from app.plans.queries import period_of
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_former, make_lao, make_project, make_report, make_staff
from tests.lao.fixed_rounds.closing import close, fix
from tests.pages import enter

OF_AN_LAO = (
    *(Entity.PLAN_YEAR, Entity.SCORES, Entity.SCORE_CHANGE, Entity.PROFILE, Entity.ACCOUNT, Entity.ORGANISATION),
    *(Entity.WINDOW, Entity.MAIL, Entity.FIXED_ROUND, Entity.SIGN, Entity.SENT_ROUND, Entity.NOTE),
    Entity.PROPOSED_DEED,
)
LAO_FEED = "/public/organisations/6650807.atom"
PLACES = (LAO_FEED, "/public/districts/6508.atom", "/public/provinces/65.atom")


def read(client: Client, path: str = LAO_FEED) -> Any:
    """As a program reads it that takes no feed with a fault."""
    client.application.extensions["public-pages"].clear()
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(answer.data)
    assert not found.bozo
    assert found.version == "atom10"
    return found


def titles(client: Client, path: str = LAO_FEED) -> list[str]:
    return [each.title for each in read(client, path).entries]


def officer() -> Actor:
    return actor_of(make_staff("somsri", Role.OFFICER, "65").id)


@pytest.mark.parametrize("path", PLACES)
def test_a_feed_tells_reports_verdicts_and_amendments_the_latest_first(app: Flask, client: Client, path: str) -> None:
    # given: a report, a verdict of a project, one of a plan, and a round that closed and was amended
    lao, nacc = make_lao(), officer()
    first, second = make_project(lao, facts("ปลูกป่า & <ชุมชน>")), make_project(lao, facts("อบรมครู"))
    make_report(lao, first)
    with transaction():
        decide(nacc, second, 1, Verdict.REJECT, "ซ้ำกับโครงการอื่น", NOW)
    with transaction():
        set_status(nacc, lao.own_organisation_id, YEAR + 2, PlanStatus.FAILED, 0, NOW, "เอกสารของนายดำ")
    close()
    fix()

    # when
    found = read(client, path)

    # then
    told = [each.title for each in found.entries]
    assert told == [
        "ปิดผลของรอบ: ปี 2561 รอบ 6 เดือน – องค์การบริหารส่วนตำบลดินทอง",
        "ป.ป.ช. เปลี่ยนผลแผน: แผนปี 2563 – องค์การบริหารส่วนตำบลดินทอง",
        "ป.ป.ช. ปฏิเสธ: อบรมครู – องค์การบริหารส่วนตำบลดินทอง",
        "รายงานผล: ปลูกป่า & <ชุมชน> ปี 2561 รอบ 6 เดือน – องค์การบริหารส่วนตำบลดินทอง",
    ]
    closed, plan, rejected, report = found.entries
    assert "แล้วเสร็จร้อยละ" in closed.summary
    assert "แผนไม่ผ่าน" in plan.summary
    assert "นายดำ" not in plan.summary  # a reason that no page tells
    assert rejected.summary.startswith("โดย ป.ป.ช. · เพราะ ซ้ำกับโครงการอื่น")
    assert " · สถานะ: ดำเนินการแล้วเสร็จ" in report.summary
    assert report.author == lao.name
    assert (report.updated, report.published) == ("2018-04-02T07:32:00Z",) * 2
    assert report.link.endswith(f"/public/projects/{first}?year=2561&round=6")
    assert found.feed.updated == closed.updated


def test_addresses_and_ids_are_the_same_for_everybody_and_do_not_change(app: Flask, client: Client) -> None:
    lao = make_lao()
    id_ = make_project(lao)
    make_report(lao, id_)
    before, site = read(client), app.config["PUBLIC_URL"]

    with transaction():
        db.session.execute(update(Project).values(name="ชื่อใหม่"))
    make_report(lao, id_, ReportStatus.IN_PROGRESS)
    after, province = read(client), read(client, PLACES[2])

    assert [each.id for each in after.entries[1:]] == [each.id for each in before.entries]
    assert [each.id for each in province.entries] == [each.id for each in after.entries]
    assert after.feed.id == before.feed.id != province.feed.id
    assert after.entries[0].id.startswith("tag:127.0.0.1,2026:history/")
    links = {each.rel: each.href for each in after.feed.links}
    assert links == {"self": site + LAO_FEED, "alternate": f"{site}/public/organisations/6650807"}
    for link in (*links.values(), *(each.link for each in after.entries)):
        assert client.get(link.removeprefix(site)).status_code == 200, link


def test_a_former_code_leads_to_the_feed_of_today(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao))
    organisation = db.session.get_one(Organisation, lao.own_organisation_id)
    with transaction():
        make_former(organisation, code="6650899")

    old, new = read(client, "/public/organisations/6650899.atom"), read(client)

    assert old == new
    assert client.get("/public/organisations/9999999.atom").status_code == 404
    assert client.get("/public/regions/6.atom").status_code == 404


def test_nothing_that_is_hidden_stands_in_a_feed(app: Flask, client: Client) -> None:
    """Of each kind of deed one with a mark in every text: what is not public, is gone, or may have to go."""
    # given
    lao, nacc, mark = make_lao(), officer(), "ลับสุดยอด"
    deleted, blacked, plain = (make_project(lao, facts(name)) for name in ("จะถูกลบ", f"โครงการของ{mark}", "ธรรมดา"))
    for id_ in (deleted, blacked, plain):
        make_report(
            lao, id_, ReportStatus.CANNOT, cannot_reason=CannotReason.OTHER, cannot_text=mark, note=mark, obstacles=mark
        )
    period = period_of(YEAR)
    assert period is not None
    with transaction():
        version = db.session.get_one(Project, deleted).version
        delete_project(lao, period, deleted, version, "บันทึกซ้ำ", NOW)
    with transaction():
        black_out(actor_of(make_staff("admin", Role.ADMINISTRATOR).id), blacked, BlackedText.NAME, mark, NOW)
    with transaction():
        for entity in OF_AN_LAO:
            for action in (Action.SET_PLAN_YEAR, Action.PUBLISH_SCORES, Action.FIX_ROUND):
                _write(lao, nacc, entity, action, mark)

    # when
    for path in PLACES:
        found, text = read(client, path), client.get(path).text

        # then
        assert mark not in text, path
        assert nacc.name not in text, path
        assert len(found.entries) > 5
    assert "ลบโครงการ: จะถูกลบ" in text
    assert "เพราะ บันทึกซ้ำ" in text
    assert "รายงานผล: จะถูกลบ" not in text
    assert "■■■" in text


def _write(lao: Actor, by: Actor, entity: Entity, action: Action, mark: str) -> None:
    secret = dict.fromkeys(("text", "contact_name", "email", "reason", "proposed", "note", "browser"), mark)
    db.session.add(
        HistoryEntry(
            at=NOW,
            actor_id=by.account_id,
            actor_name=mark,
            actor_role=Role.OFFICER,
            action=action.value,
            entity=entity.value,
            entity_key=f"{lao.organisation_id}/2561/6",
            organisation_id=lao.organisation_id,
            before=None,
            after={**secret, "sar_1": "12.34"},
            reason=mark,
        )
    )


def test_why_a_closed_round_was_amended_is_told(app: Flask, client: Client) -> None:
    lao = make_lao()
    id_ = make_project(lao)
    close()
    fix()
    with transaction():
        db.session.execute(update(Window).values(closes_at=datetime(2036, 1, 1, tzinfo=UTC)))
    make_report(lao, id_)
    close()
    administrator = actor_of(make_staff("admin", Role.ADMINISTRATOR).id)
    with transaction():
        done = take_today(administrator, "6650807", YEAR, Round.SIX, 1, "หนังสือ อปท. ที่ 12", clock.now())
    assert done
    (amended,) = (each for each in read(client).entries if "แก้ไขผลของรอบ" in each.title)
    assert "เพราะ หนังสือ อปท. ที่ 12" in amended.summary


def test_a_feed_has_fifty_entries_and_costs_the_same_however_long_the_history(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, busy = make_lao(), make_lao("6650808")
    make_report(quiet, make_project(quiet, facts("ของแห่งที่เงียบ")))
    with transaction():
        for _number in range(130):
            _write(busy, busy, Entity.SENT_ROUND, Action.SEND_ROUND, "")
            _write(busy, busy, Entity.ACCOUNT, Action.SIGN_IN, "")
    assert len(read(client, PLACES[2]).entries) == queries.MOST_ENTRIES == 50
    assert titles(client) != []

    monkeypatch.setattr(queries, "LOOKED_AT", 20)
    told = titles(client, PLACES[2])
    assert len(told) == 11  # ten of the busy one's newest twenty are told
    assert "ของแห่งที่เงียบ" in told[-1]


def test_whoever_has_the_feed_is_not_sent_it_again(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao))
    first = client.get(LAO_FEED)
    again = client.get(LAO_FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=30"
    assert first.headers["Last-Modified"] == "Mon, 02 Apr 2018 07:32:00 GMT"


def test_a_letter_that_no_xml_may_have_does_not_end_the_feed(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao))
    with transaction():
        db.session.execute(update(Project).values(name="ก\x0bข\ufffe"))
    assert "กข" in titles(client)[0]


def test_pages_lead_to_their_feed(app: Flask, client: Client) -> None:
    make_lao()
    for path in ("/public/organisations/6650807", "/public/districts/6508", "/public/provinces/65"):
        page = client.get(path).text
        assert '<link rel="alternate" type="application/atom+xml" title="ความเคลื่อนไหวของ' in page
        assert page.count(f'href="{path}.atom"') == 2
    for path in ("/public", "/public/regions/6"):
        assert ".atom" not in client.get(path).text


def test_a_link_to_a_place_is_shown_with_its_figures(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao))
    make_project(lao, facts("อีกหนึ่ง"))
    page = client.get("/public/organisations/6650807").text
    address = unescape(page.split('property="og:image" content="')[1].split('"')[0])
    assert address == f"{app.config['PUBLIC_URL']}/public/organisations/6650807.png?year=2561&round=6"
    path = address.removeprefix(app.config["PUBLIC_URL"])

    half = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    make_report(lao, 2)
    app.extensions["public-pages"].clear()
    whole = client.get(path)

    assert (half.content_type, half.headers.get("Content-Encoding")) == ("image/png", None)
    for answer, done in ((half, 0.5), (whole, 1.0)):
        image = Image.open(BytesIO(answer.data)).convert("RGB")
        assert image.size == (1200, 630)
        bar = [image.getpixel((x, 476)) for x in range(64, 1136)]
        assert abs(sum(green > red + 40 for red, green, _blue in bar) / len(bar) - done) < 0.01
    assert half.data != whole.data
    assert ".png" not in client.get("/public").text


# --- the calendar ---------------------------------------------------------------------------------------------------
def test_the_calendar_has_each_window_once(app: Flask, client: Client) -> None:
    opens, closes = datetime(2017, 9, 30, 17, tzinfo=UTC), datetime(2018, 4, 30, 9, 30, tzinfo=UTC)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=opens, closes_at=closes))
        db.session.add(Window(fiscal_year=YEAR, round=12, opens_at=closes, closes_at=None))
    with transaction():
        db.session.execute(update(Window).where(Window.round == 12).values(version=3))

    answer = client.get("/public/windows.ics")

    assert answer.content_type == "text/calendar; charset=utf-8"
    assert b"\n" not in answer.data.replace(b"\r\n", b"")
    assert max(map(len, answer.data.split(b"\r\n"))) <= 75
    for line in answer.data.split(b"\r\n"):
        line.decode()  # no letter is cut
    found = Calendar.from_ical(answer.data)
    six, twelve = found.walk("VEVENT")
    assert [each.errors for each in (found, six, twelve)] == [[], [], []]
    assert (six.decoded("DTSTART"), six.decoded("DTEND")) == (opens, closes)
    assert six["UID"] == "window-2561-6@127.0.0.1"
    assert six["SUMMARY"] == "รับรายงานรอบ 6 เดือน ปีงบประมาณ 2561"
    assert six["DESCRIPTION"] == "รอบ 6 เดือน ปีงบประมาณ 2561 เปิดรับรายงานถึงวันที่ 30 เมษายน 2561 เวลา 16.30 น."
    assert (twelve.decoded("DTSTART"), "DTEND" in twelve, twelve["SEQUENCE"]) == (closes, False, 2)


def test_pages_that_tell_a_window_lead_to_the_calendar(app: Flask, client: Client) -> None:
    enter(client, make_lao().account_id)
    pages = ("/", "/home?year=2561")
    assert not [path for path in pages if "windows.ics" in client.get(path).text]
    close(at=datetime(2099, 1, 1, tzinfo=UTC))
    assert not [path for path in pages if 'href="/public/windows.ics"' not in client.get(path).text]


# --- search engines -------------------------------------------------------------------------------------------------
def test_robots_lead_to_a_sitemap_whose_every_address_opens(app: Flask, client: Client) -> None:
    make_lao()
    site = app.config["PUBLIC_URL"]
    assert f"\nSitemap: {site}/sitemap.xml\n" in client.get("/robots.txt").text
    answer = client.get("/sitemap.xml")
    assert answer.content_type == "application/xml; charset=utf-8"
    urls = [url.findtext("{*}loc") or "" for url in ElementTree.fromstring(answer.data)]
    assert 1000 < len(urls) == len(set(urls)) < 50_000
    kinds = ("/public/organisations/6650807", "/public/districts/6508", "/public/provinces/65", "/help/lao/start")
    assert not {site + path for path in kinds} - set(urls)
    for url in urls[:60] + urls[-20:]:
        assert client.get(url.removeprefix(site)).status_code == 200, url


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/public", "/public"),
        ("/public/provinces/65?utm_source=x&round=6&year=๒๕๖๑&by=nonsense", "/public/provinces/65?year=2561&round=6"),
        ("/public/organisations/6650899?fbclid=1", "/public/organisations/6650807"),
        ("/public/organisations/6650899/deleted?page=1", "/public/organisations/6650807/deleted?page=1"),
        ("/public/projects/1?x=1", "/public/projects/1"),
        ("/public/log?x", "/public/log"),
        ("/help/lao/start?q=1", "/help/lao/start"),
    ],
)
def test_a_page_says_its_one_address(app: Flask, client: Client, asked: str, said: str) -> None:
    lao = make_lao()
    make_project(lao)
    with transaction():
        make_former(db.session.get_one(Organisation, lao.own_organisation_id), code="6650899")
    page = client.get(asked).text
    assert page.count('rel="canonical"') == 1
    told = said.replace("&", "&amp;")
    assert f'<link rel="canonical" href="{app.config["PUBLIC_URL"]}{told}">' in page
