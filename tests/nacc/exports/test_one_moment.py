"""A long file tells of one moment, though rounds are fixed and opened again while it is read."""

import pytest
from flask import Flask
from sqlalchemy import text, update

from app.db import db, table, transaction
from app.models import FixedRound
from app.models.enums import ReportStatus, Round
from app.nacc.exports.queries import one_moment, projects
from app.nacc.exports.rules import ExportProvince
from tests.factories import YEAR, make_lao
from tests.lao.fixed_rounds.closing import close, fix, reported


def _put_in_force(in_force: bool) -> None:
    with transaction():
        db.session.execute(update(table(FixedRound)).values(in_force=in_force))


@pytest.mark.parametrize("fixed", [True, False])
def test_an_lao_stands_once_in_a_file_that_is_read_while_its_round_changes(app: Flask, fixed: bool) -> None:
    # given
    reported(make_lao(), ReportStatus.DONE)
    close()
    assert fix() == 1
    _put_in_force(fixed)
    province = ExportProvince("65", "พิษณุโลก", 6)
    with one_moment() as connection:
        connection.execute(text("SELECT count(*) FROM fixed_rounds"))

        # when
        _put_in_force(not fixed)
        told = [each.project for each in projects(connection, province, YEAR, Round.SIX)]

    # then
    assert told == ["โครงการที่ 0"]
