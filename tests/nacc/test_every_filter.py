"""Each value that a list of the desk can be narrowed by, and pairs of them: how many it says there are, and which.

In the busy world, its projects made unlike each other. What stands in `screens/filters_*.txt` was read by a person
once; READ_ANEW=1 writes it anew.
"""

import csv
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.models import Account, PlanYear, Project, Report, Sign
from app.models.enums import Kind, PlanStatus, ReportStatus, ReviewStatus, Role, SignKind, SignVerdict
from app.nacc.lao_accounts.rules import AccountState
from app.nacc.plan_years.rules import ScoreStanding
from app.nacc.review.operations import decide_chosen
from app.nacc.review.rules import Verdict
from app.nacc.waiting.rules import STATE_WORDS
from tests.client import Client, text_of
from tests.factories import YEAR, make_lao, make_staff
from tests.nacc.busy import SEEN_AT, Busy, make_busy
from tests.nacc.reading import differing
from tests.pages import elements, enter
from tests.worlds import Worlds

SCREENS = Path(__file__).parent / "screens"
COUNTED = re.compile(r"\(\d+\)|\d+ (?:โครงการ|แห่ง|เรื่อง|รายการ)")
Asked = dict[str, str]
OF_ROUND = {"year": str(YEAR), "round": "6"}
PLACES: list[Asked] = [{}, {"province": "90"}, {"province": "96"}, {"district": "9001"}, {"q": "ขาม"}]
# Each list: what its address says, and its own filters.
LISTS: dict[str, tuple[Asked, dict[str, list[str]]]] = {
    "review": (
        {"status": "pending"},
        {
            "status": [*ReviewStatus],
            "dimension": ["1", "2", "3"],
            "kind": [*Kind],
            "year": [str(YEAR), str(YEAR + 1), str(YEAR + 2)],
            "days": ["7", "9", "10", "30"],
            "again": ["1"],
        },
    ),
    "plan-years": ({"year": str(YEAR)}, {"year": [str(YEAR + 1), str(YEAR + 2)], "status": [*PlanStatus]}),
    "scores": (
        {"year": str(YEAR)},
        {"scores": [*ScoreStanding], "status": [*PlanStatus], "year": [str(YEAR + 1)]},
    ),
    "waiting": (OF_ROUND, {"state": [*STATE_WORDS], "round": ["12"], "year": [str(YEAR + 1), str(YEAR - 1)]}),
    "accounts": ({}, {"state": [*AccountState]}),
    "signs": (
        OF_ROUND,
        {"state": ["waiting", *SignVerdict], "kind": [*SignKind], "round": ["12"], "year": [str(YEAR + 1)]},
    ),
}


def _unlike(busy: Busy) -> None:
    """No two of the projects that wait are of one kind, dimension and day; and signs of two kinds and all verdicts."""
    waiting = select(Project).where(Project.review_status == ReviewStatus.PENDING).order_by(Project.id)
    with transaction():
        for number, project in enumerate(db.session.scalars(waiting).all()):
            project.kind = list(Kind)[number % 4]
            project.dimension, project.sub_heading = 1 + number % 3, None
            project.updated_at = SEEN_AT - timedelta(days=(7, 10, 9, 30, 8)[number % 5], minutes=number - 8)
        for number, sign in enumerate(db.session.scalars(select(Sign).order_by(Sign.id)).all()):
            if number % 2:
                sign.kind, sign.facts = SignKind.LAST_HOUR, {"number": 2, "total": 3}
            if verdict := [None, *SignVerdict][number % 4]:
                sign.verdict, sign.judged_at, sign.judged_by_id = verdict, SEEN_AT, busy.crowd.officer.account_id
        for number, account in enumerate(db.session.scalars(select(Account).order_by(Account.id)).all()):
            account.last_login_at = SEEN_AT if number % 3 else None
    _in_each_standing(busy)


def _in_each_standing(busy: Busy) -> None:
    """One that has reported all, nothing, and whose projects were all rejected; and a new one that recorded none."""
    all_, nothing, rejected = busy.crowd.ids("6900801", "6900103", "6900102")
    new = make_lao("6900106", name="องค์การบริหารส่วนตำบลใหม่", province="90", district="9008")
    with transaction():
        account = db.session.get_one(Account, new.account_id)
        account.password_hash, account.activation_expires_at = None, SEEN_AT
        for id_ in (nothing, rejected):
            plan = db.session.get(PlanYear, (id_, YEAR)) or PlanYear(organisation_id=id_, fiscal_year=YEAR)
            plan.status = PlanStatus.PASSED
            db.session.add(plan)
        for id_, status, at in ((all_, ReportStatus.IN_PROGRESS, SEEN_AT), (nothing, ReportStatus.NOT_REPORTED, None)):
            theirs = Report.project_id.in_(select(Project.id).where(Project.organisation_id == id_))
            told = {"status": status, "reported_at": at, "cannot_reason": None, "cannot_text": None}
            db.session.execute(update(Report).where(theirs).values(told))
    waits = Project.organisation_id == rejected, Project.review_status == ReviewStatus.PENDING
    with transaction():
        ids = list(db.session.scalars(select(Project.id).where(*waits)))
        decide_chosen(busy.crowd.officer, ids, Verdict.REJECT, "ไม่ครบ", SEEN_AT)


@pytest.fixture
def officer(app: Flask, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> Actor:
    monkeypatch.setattr(clock, "now", lambda: SEEN_AT)
    return worlds.begin(_many_kinds).crowd.officer


def _many_kinds() -> Busy:
    busy = make_busy()
    _unlike(busy)
    return busy


def _rows(client: Client, desk: str, asked: Asked) -> str:
    """Number in the file, LAO and project of each row."""
    lines = csv.reader(StringIO(client.get(f"/nacc/{desk}/table.csv?{urlencode(asked)}").data.decode("utf-8-sig")))
    told = (" ".join(cell for cell in line if re.fullmatch(r"6\d{6}|โครงการ(?!ที่ ป).+", cell)) for line in lines)
    return ", ".join(filter(None, told)) or "–"


def _said(client: Client, desk: str, asked: Asked) -> str:
    """What the page says of the number, as words and in the choices of its filter."""
    page = client.get(f"/nacc/{desk}?{urlencode(asked)}").text
    told = (text_of(each) for each in elements(page, "p", "option", "a", "h2", "nav"))
    return " / ".join(dict.fromkeys(each for each in told if COUNTED.search(each)))


def _numbers(client: Client, desk: str, asked: Asked) -> str:
    """What the page counts."""
    return ", ".join(COUNTED.findall(_said(client, desk, asked)))


def _asked(desk: str) -> list[Asked]:
    """Each value of each filter alone, and in each place."""
    always, own = LISTS[desk]
    alone = [{}, *({name: value} for name, values in own.items() for value in values)]
    return [always | each | place for each in alone for place in PLACES]


@pytest.mark.parametrize("desk", LISTS)
def test_each_filter_leaves_its_own_rows(officer: Actor, client: Client, desk: str) -> None:
    enter(client, officer.account_id)
    told = ""
    for asked in _asked(desk):
        told += f"{' '.join(f'{name}={value}' for name, value in asked.items())}: {_rows(client, desk, asked)}\n"
        if "q" in asked or not asked.keys() & {"province", "district"}:
            told += f"  {_said(client, desk, asked)}\n"
    found = differing(SCREENS / f"filters_{desk}.txt", told)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("desk", LISTS)
def test_whoever_oversees_one_province_sees_what_another_one_sees_of_it(
    officer: Actor, client: Client, desk: str
) -> None:
    """No more and no less, and with the same numbers."""
    one = actor_of(make_staff("one", Role.OFFICER, "90").id)
    seen: list[list[tuple[str, str]]] = []
    for who, place in ((officer, {"province": "90"}), (one, {})):
        enter(client, who.account_id)
        asked_for = [asked | place for asked in _asked(desk)[:: len(PLACES)]]
        seen.append([(_rows(client, desk, asked), _numbers(client, desk, asked)) for asked in asked_for])
    assert seen[0] == seen[1]
    enter(client, one.account_id)
    assert _rows(client, desk, LISTS[desk][0] | {"province": "96"}) == "–"
