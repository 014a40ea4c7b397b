"""What an LAO was before stays, keeps finding it, and is taken over from a database of the last release."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from app import clock
from app.access import system
from app.db import db, table, transaction
from app.models import FormerFacts, Organisation
from app.registry.finding.queries import find_laos
from app.registry.lines import BrokenFile
from app.registry.operations import UPGRADED, import_lines, load_registry
from app.registry.past import laos_then, past_of
from app.registry.queries import find_by_code, registry
from app.registry.rules import Effect
from app.registry.workbooks import file_lines

ACTOR = system("registry import")
HEADER = "code,name,type,province_code,district_code,old_code"
SAO = "6650807,องค์การบริหารส่วนตำบลดินทอง,องค์การบริหารส่วนตำบล,65,6508,"
MUNICIPALITY = "5650807,เทศบาลตำบลดินทอง,เทศบาลตำบล,65,6508,6650807"
RENAMED = "5650807,เทศบาลตำบลดินเงิน,เทศบาลตำบล,65,6508,"
NEW = "6650899,องค์การบริหารส่วนตำบลตั้งใหม่,องค์การบริหารส่วนตำบล,65,6508,"


def day(year: int, month: int, day_: int) -> datetime:
    return datetime(year, month, day_, tzinfo=clock.BANGKOK)


def imported(row: str, at: datetime, document: str = "") -> None:
    with transaction():
        import_lines(ACTOR, file_lines(BytesIO(f"{HEADER}\n{row}".encode())), Effect(at, document, typed=True))


def former() -> list[tuple[Any, ...]]:
    facts = table(FormerFacts).c
    rows = db.session.execute(select(facts.code, facts.name, facts.type, facts.until).order_by(facts.until, facts.code))
    return [tuple(row) for row in rows]


def test_what_an_lao_was_stays_with_the_day_it_ended(app: Flask) -> None:
    imported(SAO, day(2017, 1, 1))
    imported(MUNICIPALITY, day(2018, 10, 1), "ประกาศ มท. 12/2561")
    imported(RENAMED, day(2020, 3, 1))

    assert [row[:2] for row in former()] == [
        ("6650807", "องค์การบริหารส่วนตำบลดินทอง"),
        ("5650807", "เทศบาลตำบลดินทอง"),
    ]
    lao = find_by_code("6650807")
    assert lao
    assert [each.until for each in past_of(lao.id)] == [day(2020, 3, 1), day(2018, 10, 1)]


def test_former_names_and_codes_are_found(app: Flask) -> None:
    imported(SAO, day(2017, 1, 1))
    imported(MUNICIPALITY, day(2018, 10, 1))
    imported(RENAMED, day(2020, 3, 1))

    for q in ("ดินทอง", "อบต.ดินทอง", "เทศบาลตำบลดินทอง", "665080", "ดินเงิน"):
        assert [lao.name for lao in find_laos(q).fitting] == ["เทศบาลตำบลดินเงิน"], q
    assert find_laos("อบต.ดินเงิน").fitting == []


def test_a_second_change_from_the_same_day_on_corrects_the_first(app: Flask) -> None:
    imported(SAO, day(2017, 1, 1))
    imported(MUNICIPALITY, day(2018, 10, 1))
    imported(RENAMED, day(2018, 10, 1))

    assert [row[0] for row in former()] == ["6650807"]


def test_nothing_is_slipped_in_before_the_last_change(app: Flask) -> None:
    imported(SAO, day(2017, 1, 1))
    imported(MUNICIPALITY, day(2018, 10, 1))

    with pytest.raises(BrokenFile, match=r"วันที่มีผลต้องไม่ก่อน 1 ต\.ค\. 2561"):
        imported(RENAMED, day(2018, 9, 30))
    assert len(former()) == 1


def test_who_fills_an_empty_registry_was_there_before_and_who_comes_later_is_founded(app: Flask) -> None:
    imported(SAO, day(2017, 1, 1))
    imported(NEW, day(2020, 10, 1))

    founded = dict(db.session.execute(select(Organisation.code, Organisation.founded_at)).all())
    assert founded == {"6650807": None, "6650899": day(2020, 10, 1)}
    assert registry().organisations["6650899"].since == day(2020, 10, 1)


def test_a_past_year_has_what_held_at_its_end(app: Flask) -> None:
    imported(SAO, day(2017, 1, 1))
    imported(MUNICIPALITY, day(2018, 10, 1))  # the first day of FY 2562
    imported(RENAMED, day(2020, 3, 1))  # in FY 2563
    now = day(2020, 6, 1)

    def names(year: int) -> list[str]:
        return [lao.name for lao in laos_then(year, now).values()]

    assert names(2560) == names(2561) == ["องค์การบริหารส่วนตำบลดินทอง"]
    assert names(2562) == ["เทศบาลตำบลดินทอง"]
    assert names(2563) == names(2564) == []  # the running year, and one to come, show today's


def test_a_filled_database_of_the_last_release_keeps_what_it_knew(app: Flask) -> None:
    # given one that was upgraded by an import, one that was founded, and the 36 the first load knew
    with transaction():
        load_registry()
    imported(MUNICIPALITY, clock.now(), "ประกาศ")
    imported(NEW, clock.now())
    before = former()
    db.session.rollback()  # the migration's own connection would wait for what was read here
    downgrade(revision="0009")

    # when
    upgrade()

    # then
    now = former()
    assert [row[:3] for row in now] == [row[:3] for row in before]
    assert len(now) == 37
    assert {row[3] for row in now if row[0] != "6650807"} == {UPGRADED}
    lao = find_by_code("6650807")
    assert lao
    assert (lao.code, past_of(lao.id)[0].name) == ("5650807", "องค์การบริหารส่วนตำบลดินทอง")
