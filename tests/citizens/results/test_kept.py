"""What is kept of whole provinces follows every change at the next request, in whatever order deeds are kept."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.access import Actor
from app.citizens.results import kept
from app.citizens.results.kept import KEPT, SECONDS, KeptProvinces, _Key, province_summaries
from app.db import db, is_sqlite, table
from app.history import since
from app.history.since import Since
from app.models import HistoryEntry, Organisation, Report
from app.models.enums import Action, Entity, ReportStatus, Role, Round
from tests.client import Client
from tests.factories import YEAR, make_former, make_lao, make_project, make_report, make_staff
from tests.pages import check_kept_provinces, enter, fields

PAGE = f"/reports/places?year={YEAR}&round=6"
CODES = ("65", "90")
_H, _R = table(HistoryEntry), table(Report)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The provinces that were counted, time by time."""
    told: list[list[str]] = []
    count = kept.sums_by

    def sums_by(by: str, codes: list[str], year: int, round_: Round) -> object:
        told.append(sorted(codes))
        return count(by, codes, year, round_)  # type: ignore[arg-type]

    monkeypatch.setattr(kept, "sums_by", sums_by)
    return told


def _done(codes: tuple[str, ...] = CODES) -> list[int]:
    """How many projects of each province are done, as a request finds it."""
    db.session.rollback()
    found = province_summaries(codes, YEAR, Round.SIX)
    db.session.rollback()
    return [found[code].counts.done for code in codes]


def _entry(lao: Actor | None, entity: Entity = Entity.REPORT) -> dict[str, object]:
    return {
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "actor_name": "ผู้รายงาน",
        "actor_role": Role.LAO,
        "action": Action.REPORT,
        "entity": entity,
        "entity_key": "1",
        "organisation_id": lao.organisation_id if lao else None,
        "reason": "",
    }


def _report_done(connection: Connection, lao: Actor) -> None:
    """As a deed of another process does."""
    _behind_the_back(connection, lao)
    connection.execute(insert(_H).values(_entry(lao)))


def _behind_the_back(connection: Connection, lao: Actor) -> None:
    under_way = _R.c.organisation_id == lao.organisation_id, _R.c.status == ReportStatus.IN_PROGRESS
    connection.execute(update(_R).where(*under_way).values(status=ReportStatus.DONE))


@pytest.fixture
def elsewhere(app: Flask) -> Iterator[Engine]:
    """The database as another process has it."""
    engine = create_engine(db.engine.url)
    yield engine
    engine.dispose()


def test_a_clerks_deeds_are_seen_on_the_page_of_the_country_at_once(app: Flask, client: Client) -> None:
    # given
    lao, chief = make_lao(), make_staff("chief", Role.ADMINISTRATOR)
    project_id = make_project(lao)
    other = Client(app)
    enter(client, lao.account_id)
    enter(other, chief.id)
    report = f"/reporting/{project_id}/{YEAR}/6"
    deeds = (
        (report, {"status": "done", "spent": "5"}),
        (report, {"status": "in_progress"}),
        (f"/projects/{project_id}/delete", {"reason": "บันทึกซ้ำ"}),
    )
    shown = other.get(PAGE).text
    for path, changes in deeds:
        # when
        form = fields(client.get(path).text) if client.get(path).status_code == 200 else {}
        assert client.send(path, {**form, **changes}).status_code in (302, 303)

        # then
        now = other.get(PAGE).text
        assert now != shown, path
        shown = now
        check_kept_provinces()
        other.get(PAGE)


def _two_laos() -> tuple[Actor, Actor]:
    """One in each province, with a project that is under way."""
    laos = make_lao(), make_lao("6900101", province="90", district="9001")
    for lao in laos:
        make_report(lao, make_project(lao), ReportStatus.IN_PROGRESS)
    return laos


def test_only_the_province_that_was_written_in_is_counted_anew(
    app: Flask, elsewhere: Engine, asked: list[list[str]]
) -> None:
    # given
    _north, south = _two_laos()
    assert _done() == _done() == [0, 0]

    # when
    with elsewhere.begin() as connection:
        _report_done(connection, south)

    # then
    assert _done() == [0, 1]
    assert asked == [["65", "90"], ["90"]]


def test_what_is_in_no_figure_counts_nothing_anew_and_what_names_no_lao_counts_all(
    app: Flask, elsewhere: Engine, asked: list[list[str]]
) -> None:
    # given
    north, _south = _two_laos()
    _done()
    for lao, entity, anew in ((north, Entity.ACCOUNT, 0), (None, Entity.SETTING, 0), (None, Entity.REGISTRY, 1)):
        asked.clear()

        # when
        with elsewhere.begin() as connection:
            connection.execute(insert(_H).values(_entry(lao, entity)))
        _done()

        # then
        assert asked == [["65", "90"]] * anew, entity


def test_an_lao_that_moved_is_counted_anew_in_both_provinces(
    app: Flask, elsewhere: Engine, asked: list[list[str]]
) -> None:
    # given: one that was in the other province in that year
    north, _south = _two_laos()
    organisation = db.session.get_one(Organisation, north.own_organisation_id)
    make_former(organisation, until=datetime(2020, 1, 1, tzinfo=UTC), province_code="90", district_code=None)
    _done()
    asked.clear()

    # when
    with elsewhere.begin() as connection:
        _report_done(connection, north)

    # then
    assert _done() == [0, 1]
    assert asked == [["65", "90"]]


def test_a_deed_that_is_kept_after_a_later_one_is_seen_too(app: Flask, elsewhere: Engine) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite keeps one deed after the other")
    # given: one has its number, and is not kept yet
    north, south = _two_laos()
    assert _done() == [0, 0]
    with elsewhere.connect() as late:
        _report_done(late, north)

        # when
        with elsewhere.begin() as early:
            _report_done(early, south)
        assert _done() == [0, 1]
        late.commit()

    # then
    assert _done() == [1, 1]


def test_a_number_that_was_never_kept_is_given_up_in_the_end(
    app: Flask, elsewhere: Engine, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite gives no number before it keeps it")
    # given: two that were rolled back
    monkeypatch.setattr(since, "WINDOW", 3)
    north, _south = _two_laos()
    _done()
    for _each in range(2):
        with elsewhere.connect() as connection:
            _report_done(connection, north)
            connection.rollback()
    found: Since = app.extensions[KEPT]._since

    # when, then
    for number, missing in ((1, 2), (2, 1), (3, 0)):
        with elsewhere.begin() as connection:
            _report_done(connection, north)
        assert _done() == [1, 0]
        assert len(found._missing) == missing, number


def test_a_deed_that_was_under_way_when_a_process_first_asked_is_seen_too(app: Flask, elsewhere: Engine) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite keeps one deed after the other")
    # given: it has its number, a later deed is kept, and a process begins
    north, south = _two_laos()
    with elsewhere.connect() as late:
        _report_done(late, north)
        with elsewhere.begin() as early:
            _report_done(early, south)
        app.extensions[KEPT].clear()
        assert _done() == [0, 1]

        # when
        late.commit()

    # then
    assert _done() == [1, 1]


def test_more_numbers_than_can_be_asked_after_count_all_anew_each_time(
    app: Flask, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite gives no number before it keeps it")
    # given: one that was rolled back is more than may be lacking, and one is under way
    monkeypatch.setattr(since, "MOST_MISSING", 0)
    north, south = _two_laos()
    with elsewhere.connect() as late:
        _report_done(late, north)
        with elsewhere.begin() as early:
            _report_done(early, south)
        for _again in range(2):
            assert _done() == [0, 1]
            assert not app.extensions[KEPT]._since._missing

        # when
        late.commit()

    # then
    assert _done() == [1, 1]


def test_what_was_counted_before_a_deed_is_not_kept_after_it(app: Flask, elsewhere: Engine) -> None:
    # given: a request that counts, and another that hears of a deed before that is kept
    north, _south = _two_laos()
    provinces: KeptProvinces = app.extensions[KEPT]
    generation = provinces.follow()
    before = province_summaries(CODES, YEAR, Round.SIX)
    db.session.rollback()
    with elsewhere.begin() as connection:
        _report_done(connection, north)
    provinces.follow()

    # when
    provinces.put({_Key(code, YEAR, Round.SIX): before[code] for code in CODES}, generation)

    # then
    assert _done() == [1, 0]


def test_what_was_told_is_not_lost_where_the_database_fails_meanwhile(
    app: Flask, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: the history told of a deed, and the question which province it is about fails
    north, _south = _two_laos()
    provinces: KeptProvinces = app.extensions[KEPT]
    assert _done() == [0, 0]
    before = provinces.stand_of("65")
    with elsewhere.begin() as connection:
        _report_done(connection, north)
    db.session.rollback()
    with monkeypatch.context() as patched:
        patched.setattr(kept, "_WERE_IN", text("SELECT code FROM nowhere"))
        with pytest.raises(DBAPIError):
            provinces.follow()

    # when
    db.session.rollback()
    after = provinces.stand_of("65")

    # then
    assert (after.own, after.common) != (before.own, before.common)
    assert _done() == [1, 0]


def test_no_more_than_so_many_are_kept(app: Flask, monkeypatch: pytest.MonkeyPatch, asked: list[list[str]]) -> None:
    # given
    monkeypatch.setattr(kept, "MOST_KEPT", 3)
    _two_laos()
    provinces: KeptProvinces = app.extensions[KEPT]

    # when
    for year in (YEAR, YEAR + 1, YEAR + 2):
        province_summaries(CODES, year, Round.SIX)

        # then
        assert len(provinces._known) == 2
    assert _done() == [0, 0]
    assert asked == [["65", "90"]] * 4


def test_so_many_at_once_that_nobody_knows_which_count_all_anew(
    app: Flask, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch, asked: list[list[str]]
) -> None:
    # given
    monkeypatch.setattr(since, "_NEW", since._NEW.limit(4))
    monkeypatch.setattr(since, "MOST_AT_ONCE", 4)
    north, _south = _two_laos()
    _done()
    asked.clear()

    # when
    with elsewhere.begin() as connection:
        for _each in range(9):
            _report_done(connection, north)

    # then
    assert _done() == _done() == [1, 0]
    assert asked == [["65", "90"]]


def test_a_request_that_reads_an_earlier_moment_leaves_nothing_behind(app: Flask, elsewhere: Engine) -> None:
    if not is_sqlite(db.engine):
        pytest.skip("a request on PostgreSQL reads what is there at each statement")
    # given: a request that has begun to read
    north, _south = _two_laos()
    assert _done() == [0, 0]
    begun, go_on = Event(), Event()
    told: list[int] = []

    def slow() -> None:
        with app.app_context():
            db.session.scalar(select(_R.c.project_id))
            begun.set()
            assert go_on.wait(20)
            told.append(province_summaries(CODES, YEAR, Round.SIX)["65"].counts.done)
            db.session.rollback()

    thread = Thread(target=slow)
    thread.start()
    assert begun.wait(20)

    # when: a deed is kept, another request is told of it, and counts; then the first one goes on
    with elsewhere.begin() as connection:
        _report_done(connection, north)
    app.extensions[KEPT].follow()
    db.session.rollback()
    go_on.set()
    thread.join()

    # then: it saw the database as it was, and the next one does not see that
    assert told == [0]
    assert _done() == [1, 0]


def test_what_nobody_told_of_is_seen_within_a_minute(
    app: Flask, elsewhere: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    north, _south = _two_laos()
    now = [1000.0]
    monkeypatch.setattr(kept, "monotonic", lambda: now[0])
    _done()
    with elsewhere.begin() as connection:
        _behind_the_back(connection, north)

    # when, then
    now[0] += SECONDS - 1
    assert _done() == [0, 0]
    now[0] += 1
    assert _done() == [1, 0]
