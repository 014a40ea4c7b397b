"""Every deed on a row that several windows may have open: done once, told as done again, never over somebody else's."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import Stale
from app.models import HistoryEntry
from app.models.enums import PlanStatus, Role, Round, SignVerdict
from app.nacc.administration.operations import change_staff, give_more_time, set_setting, set_window
from app.nacc.administration.periods.operations import add_period, change_period, rename_dimension
from app.nacc.evaluation.operations import save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreEntry
from app.nacc.notes.operations import write_note
from app.nacc.notes.queries import noted_lao
from app.nacc.plan_years.operations import set_status
from app.nacc.proposals.operations import set_minimum
from app.nacc.signs.operations import judge
from tests.factories import NOW, YEAR, make_lao, make_project, make_sign, make_staff

DAY = timedelta(days=1)
LATER = NOW + 30 * DAY


class Deed(NamedTuple):
    """`do` sets the first or the second value, on the version that a window shows; `version`: at the beginning."""

    version: int
    do: Callable[[bool, int], Any]


def _deeds(officer: Actor, admin: Actor, lao: Actor) -> dict[str, Deed]:
    id_ = lao.own_organisation_id
    sign, staff = make_sign(id_, make_project(lao)), make_staff("other", Role.OFFICER, "65").id
    with transaction():
        add_period(admin, 2575, 2579, ["ก", "ข"], NOW)
        set_window(admin, YEAR, Round.TWELVE, NOW - DAY, NOW + DAY, 0, NOW)
    about = noted_lao(officer, id_)
    return {
        "plan": Deed(
            1, lambda a, v: set_status(officer, id_, YEAR, PlanStatus.NOT_SENT if a else PlanStatus.PASSED, v, LATER)
        ),
        "sign": Deed(1, lambda a, v: judge(officer, sign, v, SignVerdict.NOTED, "ก" if a else "ข", LATER)),
        "note": Deed(0, lambda a, v: write_note(officer, about, "ก" if a else "", v, LATER)),
        "minimum": Deed(0, lambda a, v: set_minimum(admin, YEAR, Decimal(50 if a else 60), v, LATER)),
        "setting": Deed(0, lambda a, v: set_setting(admin, "contact", "ก" if a else "ข", v, LATER)),
        "window": Deed(0, lambda a, v: set_window(admin, YEAR, Round.SIX, NOW, LATER if a else LATER + DAY, v, LATER)),
        "opening": Deed(
            1, lambda a, v: set_window(admin, YEAR, Round.TWELVE, NOW - DAY * (2 if a else 3), NOW + DAY, v, LATER)
        ),
        "more time": Deed(
            0,
            lambda a, v: give_more_time(
                admin, "6650807", YEAR, Round.TWELVE, LATER + DAY, "น้ำท่วม" if a else "ไฟไหม้", v, LATER
            ),
        ),
        "staff": Deed(
            1,
            lambda a, v: change_staff(admin, staff, "ก", Role.OFFICER, ("90",) if a else ("90", "65"), "ย้าย", v, LATER),
        ),
        "period": Deed(1, lambda a, v: change_period(admin, 3, 2575, 2579, ["ก", "ค" if a else "ง"], v, LATER)),
        "dimension": Deed(1, lambda a, v: rename_dimension(admin, 1, 1, "ใหม่", Decimal(20 if a else 21), v, LATER)),
    }


def _entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(HistoryEntry)) or 0


def _do(deed: Callable[[], Any]) -> Any:
    with transaction():
        return deed()


def test_a_deed_is_done_once_and_not_over_what_another_one_saved(app: Flask) -> None:
    officer, lao = actor_of(make_staff("somsri", Role.OFFICER, "65").id), make_lao()
    admin = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    for name, (version, do) in _deeds(officer, admin, lao).items():
        before = _entries()
        assert _do(lambda do=do, version=version: do(True, version)) is True, name
        done = _entries()
        assert done > before, name
        # a double click is told that it is saved, and who saves what stands there that nothing changed
        assert _do(lambda do=do, version=version: do(True, version)) is True, name
        assert _do(lambda do=do, version=version: do(True, version + 1)) is False, name
        # another value from the old window is not saved
        with pytest.raises(Stale), transaction():
            do(False, version)
        assert _entries() == done, name
        assert _do(lambda do=do, version=version: do(False, version + 1)) is True, name
        assert _entries() > done, name


def test_scores_are_saved_once_and_not_over_what_another_one_saved(app: Flask) -> None:
    officer, id_ = actor_of(make_staff("somsri", Role.OFFICER, "65").id), make_lao().own_organisation_id

    def save(**cells: tuple[str, str]) -> tuple[int, int]:
        typed = {
            ScoreCell.named(name): ScoreEntry(*(Decimal(each) if each else None for each in values))
            for name, values in cells.items()
        }
        with transaction():
            return save_scores(officer, id_, YEAR, typed, "", LATER)

    assert save(evaluation_1=("5", "")) == (1, 0)
    done = _entries()
    assert save(evaluation_1=("5", "")) == (1, 0), "a double click"
    assert save(evaluation_1=("5", "5")) == (0, 0), "nothing changed"
    with pytest.raises(Stale):
        save(evaluation_1=("6", ""), sar_2=("7", ""))
    assert _entries() == done
    assert save(evaluation_1=("5", ""), sar_2=("7", "")) == (1, 0), "what is there already is not counted"
    assert save(evaluation_1=("", "5"), sar_2=("", "7")) == (2, 0), "taken away"
