"""Two windows on one row: whatever has a version is never overwritten unseen, on either engine."""

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import Base, db, is_sqlite, table, transaction
from app.errors import Stale
from app.lao.profile.operations import FIELDS, save_profile
from app.models import ExportJob, Profile, Setting, Window
from app.models.enums import ExportKind, ExportState, ExportWhat, PlanStatus, Role, Round, SignVerdict
from app.nacc.administration.operations import change_staff, give_more_time, set_setting, set_window
from app.nacc.administration.periods.operations import change_period, rename_dimension
from app.nacc.exports import operations as exports
from app.nacc.exports.queries import own_file
from app.nacc.notes.operations import write_note
from app.nacc.notes.queries import noted_lao
from app.nacc.plan_years.operations import set_many, set_status
from app.nacc.proposals.operations import set_minimum
from app.nacc.signs.operations import judge
from app.registry.lines import LIST_COLUMNS
from app.registry.operations import change_one
from app.registry.rules import Effect
from tests.factories import NOW, YEAR, make_account, make_lao, make_organisation, make_profile, make_sign, make_staff
from tests.house.test_amounts import all_forms, fields_of

ROOT = Path(__file__).parents[2]
# The form that edits each row with a version; a model that is new here says which one, or why there is none.
EDITED_BY = {
    "Account": "StaffForm",
    "Dimension": "DimensionForm",
    "InternalNote": "NoteForm",
    "MinimumScore": "MinimumForm",
    "Organisation": "OrganisationForm",
    "PlanPeriod": "PeriodForm",
    "PlanYear": "StatusForm",
    "Profile": "ProfileForm",
    "Project": "ProjectForm",
    "Report": "ReportForm",
    "Score": "",  # each cell carries the value that was seen
    "ScoreChange": "ChangeForm",
    "Setting": "ContactForm",
    "Sign": "SignVerdictForm",
    "Window": "WindowForm",
    "WindowException": "MoreTimeForm",
}
# A sign-in is no change of the account that an administrator edits.
LEAVES_THE_VERSION = {"note_sign_in", "keep_anew", "_by_mail"}


@cache
def with_version() -> dict[str, Any]:
    mapped = (mapper.class_ for mapper in Base.registry.mappers)
    return {each.__name__: each for each in mapped if "version" in each.__table__.c}


def test_every_row_with_a_version_is_kept_by_the_library_and_its_form_carries_it() -> None:
    forms = {form.__name__: fields_of(form) for form in all_forms()}
    assert set(with_version()) == set(EDITED_BY)
    for name, model in with_version().items():
        assert model.__mapper__.version_id_col is model.__table__.c.version, name
        assert not EDITED_BY[name] or "version" in forms[EDITED_BY[name]], name


def bulk_updates(source: str) -> Iterator[tuple[str, str]]:
    """(where, its source) of each top-level statement that updates a table with a version."""
    for node in ast.parse(source).body:
        calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and each.args]
        named = [ast.unparse(call.args[0]) for call in calls if getattr(call.func, "id", "") == "update"]
        if any(name.removeprefix("table(").rstrip(")") in with_version() for name in named):
            yield getattr(node, "name", ""), ast.unparse(node)


def test_every_change_in_bulk_raises_the_version() -> None:
    found = [each for path in (ROOT / "app").rglob("*.py") for each in bulk_updates(path.read_text())]
    assert len(found) > 4
    assert {where for where, source in found if "version" not in source} == LEAVES_THE_VERSION


def test_a_change_that_forgets_the_version_is_found() -> None:
    planted = "def lock(now):\n    db.session.execute(update(table(Project)).values(deleted_at=now))"
    assert [where for where, source in bulk_updates(planted) if "version" not in source] == ["lock"]


def test_a_first_row_that_is_there_already_is_a_stale_page_and_any_other_fault_a_fault(app: Flask) -> None:
    with transaction():
        db.session.execute(insert(table(Setting)), {"name": "contact", "value": "ก", "version": 1})
    with pytest.raises(Stale), transaction():
        db.session.execute(insert(table(Setting)), {"name": "contact", "value": "ข", "version": 1})
    backwards = {"fiscal_year": YEAR, "round": 6, "opens_at": NOW, "closes_at": NOW - timedelta(1), "version": 1}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(insert(table(Window)), backwards)


def _line(name: str) -> list[list[str]]:
    return [list(LIST_COLUMNS), ["6650807", name, "องค์การบริหารส่วนตำบล", "65", "6508"]]


# What two windows do, each with a word of its own, on a page that both opened at the same version.
Deed = Callable[[Actor, int, int], Any]
LATER = NOW + timedelta(days=30)
STILL_LATER = NOW + timedelta(days=90)
DEEDS: dict[str, tuple[Deed, int]] = {
    "window": (lambda who, n, v: set_window(who, YEAR, Round.SIX, NOW, LATER + timedelta(n), v, NOW), 0),
    "more time": (
        lambda who, n, v: give_more_time(who, "6650807", YEAR, Round.SIX, STILL_LATER, f"เหตุ {n}", v, NOW),
        0,
    ),
    "note": (lambda who, n, v: write_note(who, noted_lao(who, 1), f"โทรแล้ว {n}", v, NOW), 0),
    "minimum": (lambda who, n, v: set_minimum(who, YEAR, Decimal(50 + n), v, NOW), 0),
    "sign": (lambda who, n, v: judge(who, 1, v, SignVerdict.ASKED, f"ถามแล้ว {n}", NOW + timedelta(days=400)), 1),
    "setting": (lambda who, n, v: set_setting(who, "contact", f"โทร {n}", v, NOW), 0),
    "plan year": (lambda who, n, v: set_status(who, 1, 2563, list(PlanStatus)[1 + n], v, NOW), 0),
    "period": (lambda who, n, v: change_period(who, 2, 2566, 2570 + n, ["ก", "ข"], v, NOW), 1),
    "dimension": (lambda who, n, v: rename_dimension(who, 1, 1, f"มิติ {n}", Decimal(25), v, NOW), 1),
    "staff": (
        lambda who, n, v: change_staff(who, who.account_id or 0, f"ชื่อ {n}", Role.ADMINISTRATOR, (), "ย้าย", v, NOW),
        1,
    ),
    "registry": (lambda who, n, v: change_one(who, 1, v, _line(f"องค์การบริหารส่วนตำบลชื่อ {n}"), Effect(NOW)), 1),
}


@pytest.fixture
def admin(app: Flask) -> Actor:
    make_sign(make_lao().own_organisation_id)
    return actor_of(make_staff("chief", Role.ADMINISTRATOR).id)


def test_of_two_windows_at_one_moment_one_saves_and_the_other_is_told(app: Flask, admin: Actor) -> None:
    for name, (deed, version) in DEEDS.items():
        outcomes = _at_one_moment(app, [partial(deed, admin, n, version) for n in (0, 1)])
        assert sorted(outcomes) == ["saved", "stale"], name
        with transaction():  # what was shown is sent once more: a save, where the other window had won
            deed(admin, 1, version + 1)
        with transaction():
            assert deed(admin, 1, version), f"{name}: a double click is told that it was saved"


def _at_one_moment(app: Flask, deeds: list[Callable[[], Any]]) -> list[str]:
    db.session.rollback()
    together, outcomes = Barrier(len(deeds)), list[str]()

    def save(deed: Callable[[], Any]) -> None:
        with app.app_context():
            together.wait(timeout=10)
            try:
                with transaction():
                    done = deed()
            except Stale:
                outcomes.append("stale")
            else:
                outcomes.append("saved" if done else "nothing")

    threads = [Thread(target=save, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_page_sent_as_it_was_opened_writes_nothing_and_says_so(app: Flask, admin: Actor) -> None:
    for name, (deed, version) in DEEDS.items():
        with transaction():
            deed(admin, 0, version)
        entries = _entries()
        with transaction():
            assert deed(admin, 0, version + 1) is False, name
        assert _entries() == entries, name


def _entries() -> int:
    return db.session.scalar(text("SELECT count(*) FROM history")) or 0


def test_the_first_profile_of_two_is_kept(app: Flask) -> None:
    lao = actor_of(make_account(make_organisation("6650999"), claimed=False).id, claiming=True)
    values = {name: getattr(make_profile(1, "a@example.go.th"), name) for name in FIELDS} | {"mobile": "", "fax": ""}
    values |= {"website": ""}
    with transaction():
        save_profile(lao, values, 0, None, NOW)
    with pytest.raises(Stale), transaction():
        save_profile(lao, values | {"clerk_name": "คนที่สอง"}, 0, None, NOW)
    assert db.session.get_one(Profile, lao.own_organisation_id).clerk_name == "ปลัด"


def test_many_first_statuses_at_one_moment_wait_for_each_other(app: Flask) -> None:
    ids = [make_lao(code, district="6508").own_organisation_id for code in ("6650801", "6650802", "6650803")]
    officer = actor_of(make_staff("somsri", Role.OFFICER, "65").id)
    passing = [partial(set_many, officer, order, 2563, PlanStatus.PASSED, NOW) for order in (ids, ids[::-1])]
    assert sorted(_at_one_moment(app, passing)) == ["nothing", "saved"]


def test_a_file_that_is_done_in_the_moment_it_is_cancelled_stays_done(app: Flask) -> None:
    who = actor_of(make_staff("somsri", Role.OFFICER, "65").id)
    moments = dict.fromkeys(("heartbeat_at", "created_at", "expires_at"), NOW)
    with transaction():
        job = ExportJob(
            account_id=who.account_id, what=ExportWhat.PROJECTS, place="65", fiscal_year=YEAR, round=6,
            kind=ExportKind.XLSX, name="ไฟล์", state=ExportState.RUNNING, rows_total=1, **moments,
        )  # fmt: skip
        db.session.add(job)
    done = text("UPDATE export_jobs SET state = 'done', sha256 = 'x'")
    if is_sqlite(db.engine):  # one writer at a time: the worker was first
        with db.engine.begin() as worker:
            worker.execute(done)
        with transaction():
            exports.cancel(who, job.id, NOW)
    else:
        with transaction():
            assert own_file(who, job.id).state is ExportState.RUNNING
            with db.engine.begin() as worker:
                worker.execute(done)
            exports.cancel(who, job.id, NOW)
    db.session.expire_all()
    assert own_file(who, job.id).state is ExportState.DONE


def test_dimensions_that_are_there_get_their_first_version(app: Flask) -> None:
    kept = text("SELECT plan_period_id, number, name, max_score_hundredths FROM dimensions ORDER BY 1, 2")
    before = db.session.execute(kept).all()
    db.session.rollback()
    downgrade(revision="0006")
    upgrade()
    assert db.session.execute(kept).all() == before
    assert set(db.session.scalars(text("SELECT version FROM dimensions"))) == {1}
