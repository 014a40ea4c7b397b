"""What an LAO's list shows follows every deed at the next request, though it is read and drawn only once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from time import sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, insert, update

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, is_sqlite, table, transaction
from app.history import kept_lists
from app.lao.fixed_rounds.jobs import fix_closed_rounds
from app.lao.projects import operations as projects
from app.lao.projects.queries import project_detail
from app.lao.sending.operations import send_round
from app.lao.sending.queries import round_to_send
from app.lao.sending.rules import sealed
from app.models import HistoryEntry, Project
from app.models.enums import Entity, Kind, PlanStatus, ReportStatus, Role, Round
from app.nacc.administration.operations import give_more_time, set_window
from app.nacc.administration.periods.operations import add_period, rename_dimension
from app.nacc.plan_years.operations import set_status
from app.nacc.review.operations import change_verdict, decide
from app.nacc.review.rules import Verdict
from app.plans.queries import period_of
from app.registry.lines import LIST_COLUMNS
from app.registry.operations import change_one
from app.registry.rules import Effect
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_project, make_report, make_staff
from tests.house.test_known_pages import TOKENS
from tests.pages import enter

LISTS = (
    f"/projects?year={YEAR}",
    f"/projects?year={YEAR}&sort=name&q=โครงการ",
    f"/reporting?year={YEAR}&round=6",
    f"/reporting/all?year={YEAR}&round=6",
    f"/reports/province?year={YEAR}&round=6",
)
NOW = clock.now()
LATER = NOW + timedelta(days=9)


class Somebody:
    """Who does deeds to one project, and to the LAO that has it."""

    def __init__(self) -> None:
        self.lao = make_lao()
        self.neighbour = make_lao("6650808")
        self.admin = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
        self.project_id = make_project(self.lao)
        make_project(self.lao, facts("โครงการที่สอง"))

    @property
    def version(self) -> int:
        return project_detail(self.lao, self.project_id).version

    def does(self, operation: Callable[..., Any], *given: Any) -> None:
        with transaction():
            operation(*given)

    def neighbour_has_nothing(self) -> None:
        shown = sealed(round_to_send(self.neighbour, YEAR, Round.SIX, NOW).figures)
        self.does(send_round, self.neighbour, YEAR, Round.SIX, shown, NOW, "ไม่มีโครงการในรอบนี้")

    def edits(self, name: str, **changes: Any) -> None:
        self.does(projects.edit_project, *self.own_project, facts(name, **changes), NOW)

    @property
    def own_project(self) -> tuple[Any, ...]:
        return self.lao, period_of(YEAR), self.project_id, self.version

    @property
    def read_project(self) -> tuple[Any, ...]:
        return self.admin, self.project_id, self.version


RENAMED = [list(LIST_COLUMNS), ["6650807", "องค์การบริหารส่วนตำบลใหม่", "องค์การบริหารส่วนตำบล", "65", "6501"]]
WINDOW = YEAR, Round.SIX, clock.fiscal_year_start(YEAR)
LAST = YEAR, Round.SIX, LATER + timedelta(days=9), "น้ำท่วม", 0, NOW
DEEDS: dict[str, Callable[[Somebody], Any]] = {
    "renamed": lambda who: who.edits("ชื่อใหม่"),
    "another kind": lambda who: who.edits("ชื่อใหม่", kind=Kind.ACTIVITY),
    "another budget": lambda who: who.edits("ชื่อใหม่", budgets={YEAR: Decimal(7)}),
    "one more": lambda who: make_project(who.lao, facts("โครงการอีกหนึ่ง")),
    "rejected": lambda who: who.does(decide, *who.read_project, Verdict.REJECT, "ซ้ำ", NOW),
    "approved after all": lambda who: who.does(change_verdict, *who.read_project, Verdict.APPROVE, "ตรวจแล้ว", NOW),
    "reported": lambda who: make_report(who.lao, who.project_id, ReportStatus.IN_PROGRESS),
    "reported anew": lambda who: make_report(who.lao, who.project_id, ReportStatus.DONE, spent=Decimal(5)),
    "the other round": lambda who: make_report(who.lao, who.project_id, ReportStatus.DONE, Round.TWELVE),
    "the LAO renamed": lambda who: who.does(change_one, who.admin, who.lao.organisation_id, 1, [*RENAMED], Effect(NOW)),
    "a window": lambda who: who.does(set_window, who.admin, *WINDOW, LATER, 0, NOW),
    "more time": lambda who: who.does(give_more_time, who.admin, "6650807", *LAST),
    "a dimension": lambda who: who.does(rename_dimension, who.admin, 1, 1, "มิติใหม่", Decimal(25), 1, NOW),
    "years of a plan": lambda who: who.does(add_period, who.admin, 2580, 2584, ["ก", "ข"], NOW),
    "nothing to report": lambda who: who.neighbour_has_nothing(),
    "deleted": lambda who: who.does(projects.delete_project, *who.own_project, "บันทึกซ้ำ", NOW),
    "closed": lambda who: who.does(set_window, who.admin, *WINDOW, NOW - timedelta(days=1), 1, NOW),
    "fixed": lambda who: fix_closed_rounds(),
    "the plan did not pass": lambda who: who.does(
        set_status, who.admin, who.lao.organisation_id, YEAR, PlanStatus.FAILED, 1, NOW, "ไม่ครบ"
    ),
}


@pytest.fixture
def lists(app: Flask) -> kept_lists.KeptLists:
    found: kept_lists.KeptLists = app.extensions[kept_lists.KEPT]
    return found


@pytest.fixture
def elsewhere(app: Flask) -> Iterator[Engine]:
    """Another process's line to the database: nothing here hears of what it writes but by the history."""
    engine = create_engine(db.engine.url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("htmx", [False, True])
def test_every_deed_is_seen_at_the_next_request(app: Flask, client: Client, lists: Any, htmx: bool) -> None:
    # given
    who = Somebody()
    enter(client, who.lao.account_id)
    headers = {"HX-Request": "true"} if htmx else {}
    shown = {path: client.get(path, headers=headers) for path in LISTS}
    seen = dict.fromkeys(LISTS, 0)

    for name, deed in DEEDS.items():
        # when
        with app.test_request_context():  # as in a request: tests/client.py does not forget what is kept
            deed(who)

        answers = {
            path: client.get(path, headers={**headers, "If-None-Match": shown[path].headers["ETag"]}) for path in LISTS
        }
        lists.clear()
        anew = {path: client.get(path, headers=headers) for path in LISTS}

        # then
        for path, answer in answers.items():
            told = shown[path] if answer.status_code == 304 else answer
            assert TOKENS.sub("", told.text) == TOKENS.sub("", anew[path].text), (name, path)
            seen[path] += answer.status_code == 200
        shown = anew
    assert min(seen.values()) > 5, seen


def _behind_the_back(connection: Connection, project_id: int, name: str) -> None:
    row = table(Project)
    connection.execute(update(row).where(row.c.id == project_id).values(name=name))


def _renamed_by_a_deed(connection: Connection, lao: Actor, project_id: int, name: str) -> None:
    _behind_the_back(connection, project_id, name)
    entry = {
        "at": NOW,
        "actor_name": "ผู้รายงาน",
        "actor_role": Role.LAO,
        "action": "edit",
        "entity": Entity.PROJECT,
        "entity_key": str(project_id),
        "organisation_id": lao.organisation_id,
        "reason": "",
    }
    connection.execute(insert(table(HistoryEntry)).values(entry))


def _get_until_it_is_kept(client: Client, lists: Any) -> None:
    """On PostgreSQL nothing is kept while a deed is under way, and those of other tests are on the same server."""
    for _time in range(200):
        client.get(LISTS[0])
        if lists._lists:
            return
        sleep(0.02)
    pytest.fail("nothing was kept")


def test_a_list_is_read_and_drawn_once_until_somebody_else_changes_it(
    client: Client, lists: Any, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    lao = make_lao()
    first = make_project(lao)
    enter(client, lao.account_id)
    reads: list[str] = []
    told = kept_lists._hash_of
    monkeypatch.setattr(kept_lists, "_hash_of", lambda **parts: reads.append("read") or told(**parts))
    before = client.get(LISTS[0])
    assert reads == ["read"]
    _get_until_it_is_kept(client, lists)
    reads.clear()
    assert TOKENS.sub("", client.get(LISTS[0]).text) == TOKENS.sub("", before.text)
    assert client.get(LISTS[0], headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    assert reads == []

    # when
    with elsewhere.begin() as connection:
        _renamed_by_a_deed(connection, lao, first, "จากเครื่องอื่น")

    # then
    assert "จากเครื่องอื่น" in client.get(LISTS[0], headers={"If-None-Match": before.headers["ETag"]}).text
    assert reads == ["read"]


def test_a_deed_with_an_earlier_number_that_is_kept_later_is_seen(client: Client, elsewhere: Engine) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite gives no number before it keeps it")
    # given: two deeds at once, and the one with the later number is kept first
    lao = make_lao()
    first, second = make_project(lao), make_project(lao, facts("โครงการที่สอง"))
    enter(client, lao.account_id)
    with elsewhere.connect() as late:
        _renamed_by_a_deed(late, lao, first, "เลขก่อน บันทึกทีหลัง")
        with elsewhere.begin() as early:
            _renamed_by_a_deed(early, lao, second, "เลขหลัง บันทึกก่อน")
        meanwhile = client.get(LISTS[0])
        assert ("เลขหลัง บันทึกก่อน" in meanwhile.text, "เลขก่อน" in meanwhile.text) == (True, False)

        # when
        late.commit()

    # then
    assert "เลขก่อน บันทึกทีหลัง" in client.get(LISTS[0], headers={"If-None-Match": meanwhile.headers["ETag"]}).text


def test_what_is_changed_behind_the_systems_back_is_seen_within_a_minute(
    client: Client, lists: Any, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    lao = make_lao()
    first = make_project(lao)
    enter(client, lao.account_id)
    before = client.get(LISTS[0])
    _get_until_it_is_kept(client, lists)
    with elsewhere.begin() as connection:
        _behind_the_back(connection, first, "แก้ในฐานข้อมูล")
    assert "แก้ในฐานข้อมูล" not in client.get(LISTS[0]).text

    # when
    later = kept_lists.monotonic() + kept_lists.SECONDS + 1
    monkeypatch.setattr(kept_lists, "monotonic", lambda: later)

    # then
    assert "แก้ในฐานข้อมูล" in client.get(LISTS[0], headers={"If-None-Match": before.headers["ETag"]}).text


def test_more_lists_than_there_is_room_for_are_read_anew(
    app: Flask, lists: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(kept_lists, "MOST_BYTES", 40_000)
    small = kept_lists.KeptLists()
    monkeypatch.setitem(app.extensions, kept_lists.KEPT, small)
    clients = []
    for code in ("6650807", "6650808", "6650809"):
        lao = make_lao(code)
        make_project(lao, facts(f"โครงการของ {code}"))
        clients.append((code, Client(app)))
        enter(clients[-1][1], lao.account_id)

    # when
    for _time in range(2):
        for code, client in clients:
            text = client.get(LISTS[0]).text

            # then: each its own
            assert [other for other, _client in clients if f"โครงการของ {other}" in text] == [code]
    assert 0 < small._lists.currsize <= 40_000


def test_a_long_address_takes_no_more_room_than_a_short_one(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    small = kept_lists.KeptLists()
    monkeypatch.setitem(app.extensions, kept_lists.KEPT, small)
    lao = make_lao()
    make_project(lao)
    enter(client, lao.account_id)

    # when
    for number in range(5):
        for path in LISTS:
            client.get(f"{path}&x={number}{'x' * 5000}", headers={"If-None-Match": "*"})

    # then
    assert all(len(repr(key)) < 100 for key in small._lists)
    assert len(small._lists) * 1000 <= small._lists.currsize
