"""Whatever becomes of LAOs later, the figures of past years stay: an LAO stands there as it was."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import system
from app.citizens.figures.queries import FigureRequest, listed
from app.citizens.figures.rules import Figure, Side
from app.citizens.open_data.counts import of_country
from app.citizens.places.queries import find
from app.citizens.results.queries import province_rows, results
from app.db import db, transaction
from app.lao.reporting.rules import ReportingRound
from app.models import Organisation
from app.models.enums import PlaceKind, ReportStatus, Round
from app.nacc.exports.queries import one_moment, projects
from app.nacc.exports.rules import ExportProvince
from app.nacc.registry_upkeep.operations import succeed
from app.nacc.registry_upkeep.rules import ProjectsGo, SuccessionFacts, SuccessionKind
from app.registry.operations import import_lines, set_closed
from app.registry.rules import Effect
from app.registry.workbooks import file_lines
from tests.client import Client
from tests.factories import YEAR, make_former, make_lao, make_organisation, make_project, make_report

HEADER = "code,name,type,province_code,district_code,old_code"
DISTRICTS = {"65": ("6501", "6508"), "90": ("9001", "9002")}
ADMIN = system("registry import")
SAO, TOWN = "องค์การบริหารส่วนตำบล", "เทศบาลเมือง"


def figures() -> Iterator[Any]:
    """All that is published of the year, from the country down to single projects; in no order but its own."""
    for round_ in Round:
        for kind, places in (
            (PlaceKind.COUNTRY, [""]),
            (PlaceKind.PROVINCE, list(DISTRICTS)),
            (PlaceKind.DISTRICT, [code for codes in DISTRICTS.values() for code in codes]),
        ):
            for code in places:
                place = find(kind, code)
                found = results(place, YEAR, round_)
                levels = {level.value: number for level, number in sorted(found.whole.levels.items()) if number}
                yield kind.value, code, levels, found.whole.counts, found.whole.money
                asked = FigureRequest(place, YEAR, round_, Figure.DONE)
                for side in Side:
                    yield [(line.project_id, line.lao_code, line.lao) for line in listed(asked, side, 1).lines]
        for code in DISTRICTS:
            rows = province_rows(code, YEAR, round_)
            facts = [(r.code, r.name, r.type, r.district_code, r.district, r.counts, r.level) for r in rows]
            yield sorted(facts, key=lambda row: row[0])
            with one_moment() as connection:
                yield list(projects(connection, ExportProvince(code, code, None), YEAR, round_))
        when = ReportingRound(YEAR, round_)
        yield [each.row for kind in ("country", "region", "province") for each in of_country(kind, when)]


class Registry:
    """Deeds at random, each from a later day of a later year than the one that is looked at."""

    def __init__(self, seed: int) -> None:
        self.rng, self.at, self.number = Random(seed), clock.fiscal_year_start(YEAR + 1), 100

    def deed(self) -> None:
        self.at += timedelta(days=self.rng.randrange(0, 90))
        self.number += 1
        some: tuple[Callable[[], None], ...] = (
            *(self.rename, self.upgrade, self.move, self.move_away, self.found, self.close, self.merge),
        )
        self.rng.choice(some)()

    def any_lao(self) -> Organisation:
        still = select(Organisation).where(Organisation.closed_at.is_(None)).order_by(Organisation.id)
        return self.rng.choice(list(db.session.scalars(still)))

    def written(self, lao: Organisation | None, **changes: str) -> None:
        facts = {"code": f"66{self.number:05}", "name": f"{SAO}ใหม่ {self.number}", "type": SAO, "old": ""}
        facts |= {"province": "65", "district": "6501"}
        if lao:
            kept = {"code": lao.code, "name": lao.name, "type": lao.type.label, "old": ""}
            facts = kept | {"province": lao.province_code, "district": lao.district_code or ""}
        facts |= changes
        row = ",".join(facts[name] for name in ("code", "name", "type", "province", "district", "old"))
        with transaction():
            import_lines(ADMIN, file_lines(BytesIO(f"{HEADER}\n{row}".encode())), Effect(self.at, typed=True))

    def rename(self) -> None:
        self.written(self.any_lao(), name=f"{SAO}ชื่อ {self.number}")

    def upgrade(self) -> None:
        lao = self.any_lao()
        self.written(lao, code=f"55{self.number:05}", name=f"{TOWN}ที่ {self.number}", type=TOWN, old=lao.code)

    def move(self) -> None:
        lao = self.any_lao()
        self.written(lao, district=self.rng.choice(DISTRICTS[lao.province_code]))

    def move_away(self) -> None:
        lao = self.any_lao()
        other = "90" if lao.province_code == "65" else "65"
        self.written(lao, province=other, district=self.rng.choice(DISTRICTS[other]))

    def found(self) -> None:
        self.written(None)

    def close(self) -> None:
        with transaction():
            set_closed(ADMIN, self.any_lao().id, True, "ยุบ", self.at, Effect(self.at))

    def merge(self) -> None:
        lao, other = self.any_lao(), self.any_lao()
        if lao.id != other.id:
            go = self.rng.choice(list(ProjectsGo))
            paper = Effect(self.at, "ประกาศ", typed=True)
            facts = SuccessionFacts(SuccessionKind.MERGE, [other.code], go, self.at.date(), paper)
            with transaction():
                succeed(ADMIN, lao.id, facts, self.at)


@pytest.fixture
def year(app: Flask) -> list[Any]:
    """Eight LAOs in four districts of two provinces, with and without projects and plans; the figures of the year."""
    statuses = (ReportStatus.DONE, ReportStatus.IN_PROGRESS, ReportStatus.CANNOT)
    for number in range(8):
        province = "65" if number < 4 else "90"
        place = {"province": province, "district": DISTRICTS[province][number % 2]}
        passed = (YEAR, YEAR + 1) if number % 4 else ()
        lao = make_lao(f"66508{number:02}", name=f"{SAO}ที่ {number}", passed=passed, **place)
        for project in range(number % 4):
            made = make_project(lao)
            more = {"cannot_reason": "no_budget"} if project == 2 else {}
            make_report(lao, made, statuses[project], **more)
    return list(figures())


@pytest.mark.parametrize("seed", range(6))
def test_no_deed_on_the_registry_moves_a_figure_of_a_past_year(year: list[Any], seed: int) -> None:
    registry = Registry(seed)
    for _deed in range(12):
        registry.deed()
    assert list(figures()) == year


def test_the_page_of_an_lao_says_what_it_was_called_then(app: Flask, client: Client) -> None:
    make_former(make_organisation("5650807", "เทศบาลตำบลดินทอง"), clock.fiscal_year_start(YEAR + 1), code="6650807")
    for year, said in ((YEAR, True), (YEAR + 1, False)):
        page = client.get(f"/public/organisations/5650807?year={year}&round=6").text
        assert (f"ปีงบประมาณ {year} รอบ 6 เดือน คือ เทศบาลตำบลดินทอง [6650807]" in page) is said


def test_the_projects_behind_a_number_of_an_lao_that_has_moved_are_found_in_the_year_before(app: Flask) -> None:
    # Given an LAO that reported a project, and was moved to another province after that year
    lao = make_lao("6650807")
    project = make_project(lao)
    make_report(lao, project)
    line = f"6650807,{SAO}ดินทอง,{SAO},90,9001,".encode()
    with transaction():
        effect = Effect(clock.fiscal_year_start(YEAR + 1), "ประกาศ")
        import_lines(ADMIN, file_lines(BytesIO(HEADER.encode() + b"\n" + line)), effect)

    # When somebody asks what stands behind its number of that year
    found = listed(
        FigureRequest(find(PlaceKind.ORGANISATION, "6650807"), YEAR, Round.SIX, Figure.DONE), Side.COUNTED, 1
    )

    # Then it is the project the number counts
    assert [each.project_id for each in found.lines] == [project]


def test_who_was_founded_later_stands_where_its_projects_are_counted(app: Flask) -> None:
    """NACC passed an earlier year of a new LAO, and it recorded there."""
    lao = make_lao()
    make_project(lao)
    with transaction():
        db.session.get_one(Organisation, lao.own_organisation_id).founded_at = clock.now()
    whole = results(find(PlaceKind.PROVINCE, "65"), YEAR, Round.SIX)
    assert (whole.whole.counts.total, len(whole.rows), whole.whole.laos) == (1, 1, 1)
    assert sum(part.summary.counts.total for part in whole.parts) == 1
    assert results(find(PlaceKind.COUNTRY, ""), YEAR, Round.SIX).whole.laos == 1
