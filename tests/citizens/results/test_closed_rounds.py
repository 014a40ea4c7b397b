"""A closed round stays as it was: whatever changes afterwards, no page, file, figure or address of it moves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select, update

from app import clock
from app.access import Actor
from app.citizens.figures.queries import listed
from app.citizens.figures.rules import Figure, FigureRequest, Side, recomputed, sums_of, value_of
from app.citizens.open_data.counts import every_result
from app.citizens.open_data.counts import results as public_results
from app.citizens.places.queries import find
from app.citizens.places.rules import Place
from app.citizens.results import queries
from app.db import db, transaction
from app.lao.reporting.counts import lao_summary, organisation_counts
from app.models import Account, FixedRound, Organisation, PlanYear, Project, Report
from app.models.enums import PlaceKind, PlanStatus, ReportStatus, ReviewStatus, Role, Round
from app.nacc.administration.operations import give_more_time
from app.nacc.exports.queries import one_moment
from app.nacc.exports.queries import projects as exported
from app.nacc.exports.queries import results as exported_results
from app.nacc.exports.rules import ExportProvince
from app.registry.operations import set_closed
from app.words import thai_sort_key
from tests.citizens.results.test_queries import every_line
from tests.client import Client
from tests.factories import password_hash
from tests.lao.fixed_rounds.closing import close, fix
from tests.pages import enter

YEAR, SIX, TWELVE = 2562, Round.SIX, Round.TWELVE
PLACES = [
    *((PlaceKind.COUNTRY, ""), (PlaceKind.REGION, "6"), (PlaceKind.PROVINCE, "65"), (PlaceKind.PROVINCE, "90")),
    *((PlaceKind.DISTRICT, "6508"), (PlaceKind.DISTRICT, "9001")),
]
NACC = Actor(Role.ADMINISTRATOR, "admin")


def everything(round_: Round = SIX) -> dict[str, Any]:
    """All that is told of a round, by every read there is, in one look: what they share is read once."""
    with current_app.test_request_context():
        return dict(_told(round_))


def _told(round_: Round) -> Iterator[tuple[str, Any]]:
    moment = (YEAR, round_)
    for code in ("65", "90", "96"):
        yield f"table {code}", sorted(queries.province_rows(code, *moment))
        yield f"money {code}", queries.lao_money(code, *moment)
        area = ExportProvince(code, "", None)
        with one_moment() as connection:
            yield f"projects file {code}", list(exported(connection, area, *moment))
        yield f"results file {code}", list(exported_results(area, *moment))
    for kind, code in PLACES:
        place = find(kind, code)
        found = queries.results(place, *moment)
        yield f"results {kind} {code}", (found.whole, found.parts, sorted(found.rows), found.money)
        yield f"compared {kind} {code}", queries.compared(place, [YEAR])[moment]
        yield from _figures(place, round_)
    for id_ in range(1, 26):
        yield f"lao {id_}", lao_summary(id_, "", *moment) if _fixed() else None
    for kind in ("country", "region", "province", "district", "organisation"):
        asked = {"kind": kind, "year": YEAR, "round": int(round_)}
        yield f"public {kind}", public_results(asked, (), 1000).rows
    yield "public files", [row for rows in every_result() for row in rows if (row[4], row[5]) == moment]


def _fixed() -> bool:
    return db.session.scalar(select(FixedRound.id).limit(1)) is not None


def _figures(place: Place, round_: Round) -> Iterator[tuple[str, Any]]:
    for figure in Figure:
        asked = FigureRequest(place, YEAR, round_, figure)
        for side in Side:
            first = listed(asked, side, 1)
            others = [listed(asked, side, page).lines for page in range(2, first.pager.pages + 1)]
            yield f"{place.code} {figure} {side}", [first.total, first.lines, *others]


def apart(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [name for name in one if one[name] != other[name]]


def turn_everything_over() -> None:
    """What people and the registry do later: rejected, deleted, moved, renamed, failed, closed, founded."""
    ids = db.session.scalars(select(Project.id).order_by(Project.id)).all()
    with transaction():
        rejected = {"review_status": ReviewStatus.REJECTED, "review_reason": "ทีหลัง", "counted": False}
        pending = {"review_status": ReviewStatus.PENDING, "review_reason": None, "counted": True}
        for place, id_ in enumerate(ids):
            changed = update(Project).where(Project.id == id_, Project.deleted_at.is_(None))
            if place % 7 == 0:
                was = select(Project.review_status).where(Project.id == id_)
                back = db.session.scalar(was) is ReviewStatus.REJECTED
                db.session.execute(changed.values(**pending if back else rejected))
            elif place % 7 == 1:
                db.session.execute(changed.values(deleted_at=clock.now(), counted=False))
            elif place % 7 == 2:
                db.session.execute(changed.values(dimension=4))
        db.session.execute(
            update(Report).where(Report.status == ReportStatus.IN_PROGRESS).values(status=ReportStatus.DONE)
        )
        db.session.execute(update(PlanYear).values(status=PlanStatus.FAILED))
        moved = {"province_code": "96", "district_code": "9601"}
        db.session.execute(update(Organisation).where(Organisation.id.in_([1, 11])).values(**moved))
        name = "เทศบาลเมืองใหม่"
        renamed = {"name": name, "name_sort": thai_sort_key(name), "type": "town", "code": "4650199"}
        db.session.execute(update(Organisation).where(Organisation.id == 6).values(**renamed))
        set_closed(NACC, 7, True, "ยุบรวม", clock.now())
        new = Organisation(id=99, code="6659999", name="อบต.ใหม่", name_sort="ก", type="sao", province_code="65")
        new.founded_at = clock.now()
        db.session.add(new)


def test_what_is_fixed_says_what_the_live_round_said(country: Flask) -> None:
    live = everything()
    assert live["results country "][0].counts.total > 100
    close(SIX, YEAR)
    assert fix() == 25
    fixed = everything()
    assert [name for name in apart(live, fixed) if not name.startswith("lao ")] == []


def test_nothing_that_changes_later_moves_a_closed_round(country: Flask) -> None:
    close(SIX, YEAR)
    fix()
    before, other_round = everything(), everything(TWELVE)
    turn_everything_over()
    assert apart(before, everything()) == []
    assert apart(other_round, everything(TWELVE)) != []


def test_with_some_laos_live_both_are_put_together(country: Flask) -> None:
    close(SIX, YEAR)
    now = clock.now()
    with transaction():
        for code in ("6650806", "6900115"):  # in two provinces
            give_more_time(NACC, code, YEAR, SIX, now + timedelta(days=1), "น้ำท่วม", 0, now)
    before = everything()
    assert fix() == 23
    assert [name for name in apart(before, everything()) if not name.startswith("lao ")] == []
    with transaction():
        own = (Report.organisation_id == 6, Report.fiscal_year == YEAR, Report.round == 6, Report.counted)
        changed = db.session.scalars(select(Report).where(*own, Report.status == ReportStatus.DONE).limit(1)).one()
        changed.status = ReportStatus.IN_PROGRESS
    moved = apart(before, everything())
    assert "table 65" in moved
    assert "results country " in moved
    assert "public organisation" in moved
    assert "table 90" not in moved


def test_every_figure_of_a_closed_round_is_proved_by_its_projects(country: Flask) -> None:
    close(SIX, YEAR)
    fix()
    turn_everything_over()
    for kind, code in PLACES:
        place = find(kind, code)
        summary = queries.summed(place, YEAR, SIX)
        for figure in Figure:
            asked = FigureRequest(place, YEAR, SIX, figure)
            lines = [line for side in Side for line in every_line(asked, side)]
            assert recomputed(figure, lines) == value_of(figure, *sums_of(summary, 0))


def test_an_lao_that_moved_away_is_found_where_it_was(country: Flask) -> None:
    close(SIX, YEAR)
    fix()
    turn_everything_over()
    moved = find(PlaceKind.ORGANISATION, "6650101")
    assert moved.one_province == "96"
    assert queries.row_of(moved, YEAR, SIX).district_code == "6501"
    asked = {"kind": "organisation", "year": YEAR, "round": 6}
    found = public_results(asked | {"code": "4650199"}, (), 10).rows  # its code since
    assert [row[:2] for row in found] == [("organisation", "6650806")]
    assert len(queries.province_rows("96", YEAR, SIX)) == 5


def test_the_table_of_a_closed_round_is_sent_again_only_for_a_new_edition(country: Flask, client: Client) -> None:
    with transaction():
        db.session.add(Account(id=900, role=Role.ADMINISTRATOR, username="admin", password_hash=password_hash()))
    enter(client, 900)
    address = f"/reports/province?province=65&year={YEAR}&round=6"
    live = client.get(address).headers["ETag"]
    close(SIX, YEAR)
    fix()
    tag = client.get(address).headers["ETag"]
    assert tag != live
    turn_everything_over()
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_who_has_not_reported_is_told_as_the_round_closed(country: Flask) -> None:
    close(SIX, YEAR)
    fix()
    before = organisation_counts("90", YEAR, SIX)
    turn_everything_over()
    after = organisation_counts("90", YEAR, SIX)
    assert {id_: counts for id_, counts in after.items() if id_ != 11} == {
        id_: counts for id_, counts in before.items() if id_ != 11
    }
    assert organisation_counts("96", YEAR, SIX)[11] == before[11]
