"""Every list of the desk that has pages, on screen: each row once on one page, the filter kept from page to page."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.clock import thai_day
from app.db import db, transaction
from app.models import Account, MailLog, Project, Sign
from app.models.enums import Role, Round, Which
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.queries import scores_of_one
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from tests.client import Client
from tests.factories import NOW, YEAR, make_staff
from tests.nacc.crowd import CLOSED, IN_ORDER, Crowd, make_crowd
from tests.nacc.small_pages import pages_of_two
from tests.pages import enter, tags, without_choices
from tests.worlds import Worlds

__all__ = ["pages_of_two"]

LATER = NOW + timedelta(days=8)
OF_90 = [code for code in IN_ORDER if code.startswith("690")]
ROW = re.compile(r"\b(6[5-9]\d{5})\b")
# Each list, narrowed by what its pages must keep, and the codes in the order of its rows.
LISTS = {
    f"/nacc/plan-years?year={YEAR}&province=90&status=passed": OF_90,
    f"/nacc/scores?year={YEAR}&province=90&scores=published": OF_90,
    f"/nacc/waiting?year={YEAR}&round=6&state=partly&province=90": OF_90,
    "/nacc/accounts?province=90&state=never": OF_90,
    f"/nacc/signs?year={YEAR}&round=6&province=90&state=waiting&kind=done_unspent": OF_90,
    "/nacc/waiting/mails?state=waiting": ["6900801", "6960101", "6900102", "6900103", "6900101"],
    f"/nacc/review?year={YEAR + 1}&province=90&kind=project&q=ปีหน้า": ["6900103", "6900102", "6900101", "6900801"],
    "/nacc/scores/changes": ["6900801", "6900101", "6900102", "6900103"],
}


@pytest.fixture
def crowd(app: Flask, worlds: Worlds, monkeypatch: pytest.MonkeyPatch, pages_of_two: None) -> Crowd:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return worlds.begin(_alike)


def _alike() -> Crowd:
    crowd = make_crowd()
    _publish(crowd)
    _mail(crowd)
    with transaction():
        for project in db.session.scalars(select(Project)):
            project.updated_at = NOW
        for sign in db.session.scalars(select(Sign)):
            sign.arose_at = NOW
        for account in db.session.scalars(select(Account)):
            account.last_login_at = None
    return crowd


def _publish(crowd: Crowd) -> None:
    """Scores of province 90, published, and a change of each that waits: proposed in another order than by name."""
    officer, cell = crowd.officer, ScoreCell(Which.EVALUATION, 1)
    for number, code in enumerate(("6900103", "6900102", "6900101", "6900801")):
        id_, at = crowd.laos[code].own_organisation_id, NOW + timedelta(days=5 - number)
        with transaction():
            save_scores(officer, id_, YEAR, {cell: ScoreEntry(Decimal(1), None)}, "", NOW)
            do_one(officer, id_, YEAR, ScoreDeed.PUBLISH, NOW)
        seen = scores_of_one(officer, id_, YEAR).value(cell)
        with transaction():
            save_scores(officer, id_, YEAR, {cell: ScoreEntry(Decimal(2), seen)}, "ผิด", at)


def _mail(crowd: Crowd) -> None:
    with transaction():
        for code in ("6900101", "6900103", "6900102", "6960101", "6900801"):
            facts = {"fiscal_year": YEAR, "round": int(Round.SIX), "total": 3, "waiting": 2, "queued_at": LATER}
            id_ = crowd.laos[code].own_organisation_id
            db.session.add(MailLog(organisation_id=id_, kind="reminder", to_address=code, day=thai_day(LATER), **facts))
            db.session.flush()  # one after the other


def _pages(html: str) -> set[str]:
    """Addresses of the pages that the pager leads to."""
    links = {each.get("href", "") for tag, each in tags(html) if tag == "a"}
    return {link for link in links if "page=" in link}


def _rows(crowd: Crowd, html: str) -> list[str]:
    main = without_choices(html).partition('id="main"')[2]
    for code, lao in crowd.laos.items():  # a proposed change says whose it is by its link alone
        main = main.replace(f"/nacc/scores/{lao.organisation_id}/{YEAR}", code)
    return list(dict.fromkeys(ROW.findall(main)))  # a code that stands in a row twice is told once


def test_each_row_stands_once_on_one_page_and_the_filter_goes_along(crowd: Crowd, client: Client) -> None:
    enter(client, crowd.officer.account_id)
    for address, in_order in LISTS.items():
        first, asked = client.get(address).text, "?" in address
        assert f"จาก {len(in_order)} รายการ" in first, address
        assert [_rows(crowd, first), *_further_pages(crowd, client, address, first)] == [
            in_order[place : place + 2] for place in range(0, len(in_order), 2)
        ], address
        for page in (0, 99):
            assert client.get(f"{address}{'&' if asked else '?'}page={page}").status_code == 200


def _further_pages(crowd: Crowd, client: Client, address: str, html: str) -> list[list[str]]:
    """The rows of the pages that follow, each reached by the link of the page before."""
    asked, found, number = parse_qs(urlsplit(address).query), [], 2
    while link := next((each for each in _pages(html) if parse_qs(urlsplit(each).query)["page"] == [str(number)]), ""):
        kept = parse_qs(urlsplit(link).query)
        assert {name: kept.get(name) for name in asked} == asked, link
        assert urlsplit(link).path == urlsplit(address).path
        html = client.get(link).text
        found.append(_rows(crowd, html))
        number += 1
    return found


def test_the_deleted_projects_stand_latest_first_page_by_page(crowd: Crowd, client: Client) -> None:
    # given deleted at other times than recorded, two at the same moment
    enter(client, make_staff("wichai", Role.ADMINISTRATOR).id)
    days = {"6900103": 1, "6900102": 4, "6900101": 2, "6900801": 4, "6960101": 3, CLOSED: 6, "6650807": 5}
    with transaction():
        for code, after in days.items():
            deleted = select(Project).where(Project.name == f"โครงการ {code} ที่ลบ")
            db.session.scalars(deleted).one().deleted_at = NOW + timedelta(days=after)
    # then
    found = [
        code
        for page in (1, 2, 3, 4)
        for code in dict.fromkeys(
            re.findall(r"โครงการ (\d{7}) ที่ลบ", client.get(f"/nacc/admin/deleted?page={page}").text)
        )
    ]
    assert found == [CLOSED, "6650807", "6900102", "6900801", "6960101", "6900101", "6900103"]
    narrowed = client.get("/nacc/admin/deleted?q=6900801").text
    assert re.findall(r"โครงการ (\d{7}) ที่ลบ", narrowed)[:1] == ["6900801"]
    assert "จาก 1 รายการ" in narrowed
