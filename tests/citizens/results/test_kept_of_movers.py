"""What is kept of provinces follows LAOs that stand in a province which neither what they are nor were tells of."""

from collections import Counter
from datetime import UTC, datetime
from io import BytesIO

from flask import Flask
from sqlalchemy import create_engine, insert, update

from app.access import system
from app.citizens.results.kept import province_summaries
from app.db import db, table, transaction
from app.models import FixedRound, HistoryEntry
from app.models.enums import Action, Entity, Level, Role, Round
from app.registry.operations import import_lines
from app.registry.rules import Effect
from app.registry.workbooks import file_lines
from tests.factories import YEAR, make_lao
from tests.lao.fixed_rounds.closing import close, fix

HEADER = "code,name,type,province_code,district_code"
CODES = ("65", "90", "91")


def _levels() -> dict[str, Counter[Level]]:
    """How many LAOs of each province have each level, as a request finds it."""
    db.session.rollback()
    found = province_summaries(CODES, YEAR, Round.SIX)
    db.session.rollback()
    return {code: Counter(summary.levels) for code, summary in found.items()}


def test_an_lao_whose_move_is_corrected_leaves_the_province_it_never_was_in(app: Flask) -> None:
    """A second change from the same day on corrects the first: nothing tells any more where the LAO was said to be."""
    # given
    make_lao()
    paper = Effect(datetime(2018, 1, 1, tzinfo=UTC), "ประกาศ", typed=True)
    for province, district in (("90", "9001"), ("91", "9101")):
        _levels()

        # when
        row = f"6650807,อบต.ดินทอง,องค์การบริหารส่วนตำบล,{province},{district}"
        with app.test_request_context(), transaction():  # else tests/client.py forgets what is kept
            import_lines(system("registry import"), file_lines(BytesIO(f"{HEADER}\n{row}".encode())), paper)

        # then
        assert {code: levels.total() for code, levels in _levels().items()} == dict.fromkeys(CODES, 0) | {province: 1}


def test_an_lao_is_counted_anew_where_its_round_was_fixed(app: Flask) -> None:
    # given: one that stood in another province when the round closed, as nothing else tells any more
    lao = make_lao()
    close()
    fix()
    fixed = update(table(FixedRound)).where(table(FixedRound).c.organisation_id == lao.organisation_id)
    with transaction():
        db.session.execute(fixed.values(province_code="90"))
    assert _levels()["90"] == {Level.NOT_REPORTED: 1}

    # when: another process amends it
    told = {"actor_name": "เจ้าหน้าที่", "actor_role": Role.OFFICER, "action": Action.AMEND_ROUND, "reason": ""}
    about = {"entity": Entity.FIXED_ROUND, "entity_key": "1", "organisation_id": lao.organisation_id}
    elsewhere = create_engine(db.engine.url)
    with elsewhere.begin() as connection:
        connection.execute(fixed.values(level=Level.HIGH))
        connection.execute(insert(table(HistoryEntry)).values(told | about | {"at": datetime(2026, 1, 1, tzinfo=UTC)}))
    elsewhere.dispose()

    # then
    assert _levels()["90"] == {Level.HIGH: 1}
