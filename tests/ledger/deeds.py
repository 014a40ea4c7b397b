"""Deeds of every covered kind, at random: what people do, whatever state they find; the rules refuse what they must."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from app.accounts.queries import actor_of
from app.db import db
from app.errors import NotTheirs, Refusal, Stale
from app.lao.projects.operations import delete_project, edit_project, record_project
from app.lao.reporting.details import report_detail
from app.lao.reporting.operations import save_report
from app.lao.reporting.rules import ReportFacts
from app.models import (
    Account,
    Dimension,
    Organisation,
    PlanPeriod,
    PlanYear,
    Project,
    ScoreChange,
    Window,
    WindowException,
)
from app.models.enums import CannotReason, PlanStatus, ReportStatus, Role, Round, Which
from app.nacc.administration import operations as administration
from app.nacc.administration.periods import operations as periods
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.queries import scores_of_one
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.plan_years.operations import set_status
from app.nacc.proposals.operations import set_minimum
from app.nacc.review.operations import decide, take_back
from app.nacc.review.rules import Verdict
from app.nacc.score_changes.operations import answer_change
from app.nacc.score_changes.rules import ChangeAnswer
from app.plans.queries import period_of
from app.registry.operations import set_closed
from tests.factories import NOW, YEAR, facts
from tests.ledger.world import World

Random = random.Random
AMOUNTS = (None, Decimal(0), Decimal("10.5"), Decimal("1234567.89"))


def some_deed(world: World, rng: Random) -> None:
    """One deed, or none where it is refused."""
    at = NOW + timedelta(days=2, seconds=rng.randint(0, 9_999_999))
    try:
        with db.session.begin_nested():
            rng.choice(DEEDS)(world, rng, at)
    except (Refusal, NotTheirs, Stale, StaleDataError):
        db.session.expire_all()


def _project(rng: Random) -> Project:
    ids = db.session.scalars(select(Project.id).order_by(Project.id)).all()
    return db.session.get_one(Project, rng.choice(ids), populate_existing=True)


def _owner(world: World, project: Project) -> Any:
    return world.lao if project.organisation_id == world.lao.organisation_id else world.other


def _facts(rng: Random) -> Any:
    years = rng.choice([(YEAR,), (YEAR, YEAR + 1)])
    return facts(
        f"โครงการ {rng.randint(1, 99)}",
        dimension=rng.randint(1, 2),
        further_dimensions=rng.choice([(), (3,), (4, 3)]),
        quarters=rng.choice([(1,), (4, 2)]),
        objective=rng.choice(["ก", "ข"]),
        budgets={year: rng.choice(AMOUNTS) for year in years},
    )


def _record(world: World, rng: Random, at: Any) -> None:
    record_project(rng.choice([world.lao, world.other]), period_of(YEAR), _facts(rng), "", at)  # type: ignore[arg-type]


def _edit(world: World, rng: Random, at: Any) -> None:
    project = _project(rng)
    edit_project(_owner(world, project), period_of(YEAR), project.id, project.version, _facts(rng), at)  # type: ignore[arg-type]


def _delete(world: World, rng: Random, at: Any) -> None:
    project = _project(rng)
    delete_project(_owner(world, project), period_of(YEAR), project.id, project.version, "บันทึกซ้ำ", at)  # type: ignore[arg-type]


def _bring_back(world: World, rng: Random, at: Any) -> None:
    administration.bring_back(world.admin, _project(rng).id, at)


def _report(world: World, rng: Random, at: Any) -> None:
    project, round_ = _project(rng), rng.choice(list(Round))
    owner = _owner(world, project)
    line = report_detail(owner, project.id, YEAR, round_)
    cannot = rng.random() < 0.3
    why = rng.choice([CannotReason.OTHER, CannotReason.NO_BUDGET]) if cannot else None
    told = ReportFacts(
        ReportStatus.CANNOT if cannot else rng.choice([ReportStatus.DONE, ReportStatus.IN_PROGRESS]),
        rng.choice(AMOUNTS),
        rng.choice(AMOUNTS),
        why,
        "น้ำท่วม" if why is CannotReason.OTHER else None,
        rng.choice(["", "หมายเหตุ"]),
    )
    save_report(owner, project.id, YEAR, round_, line.version, told, at)


def _decide(world: World, rng: Random, at: Any) -> None:
    project, verdict = _project(rng), rng.choice(list(Verdict))
    decide(world.admin, project.id, project.version, verdict, "ไม่ตรง" if verdict is Verdict.REJECT else "", at)


def _take_back(world: World, rng: Random, at: Any) -> None:
    decided = _project(rng).reviewed_at
    if decided is not None:
        take_back(world.admin, decided, at)


def _plan_year(world: World, rng: Random, at: Any) -> None:
    lao, year = rng.choice([world.lao, world.other]).own_organisation_id, YEAR + rng.randint(0, 3)
    known = db.session.get(PlanYear, (lao, year), populate_existing=True)
    set_status(world.admin, lao, year, rng.choice(list(PlanStatus)), known.version if known else 0, at)


def _scores(world: World, rng: Random, at: Any) -> None:
    lao, year = rng.choice([world.lao, world.other]), YEAR + rng.randint(0, 1)
    id_, cell = lao.own_organisation_id, ScoreCell(rng.choice(list(Which)), rng.randint(1, 4))
    actor = lao if cell.which is Which.SAR else world.admin
    seen = scores_of_one(world.admin, id_, year).value(cell)
    save_scores(
        actor, id_, year, {cell: ScoreEntry(rng.choice([None, Decimal(20), Decimal("7.25")]), seen)}, "เหตุผล", at
    )


def _second_person(world: World, rng: Random, at: Any) -> None:
    """A proposed change of published scores is confirmed or cancelled by the officer."""
    officer = actor_of(db.session.scalars(select(Account.id).where(Account.username == "officer65")).one())
    for change in db.session.scalars(select(ScoreChange).where(ScoreChange.settled_at.is_(None))).all():
        place = (change.organisation_id, change.fiscal_year)
        answer_change(officer, *place, rng.choice(list(ChangeAnswer)), change.version, at)


def _scores_as_a_whole(world: World, rng: Random, at: Any) -> None:
    lao = rng.choice([world.lao, world.other]).own_organisation_id
    do_one(world.admin, lao, YEAR + rng.randint(0, 1), rng.choice(list(ScoreDeed)), at)


def _window(world: World, rng: Random, at: Any) -> None:
    round_ = rng.choice(list(Round))
    known = db.session.get(Window, (YEAR, int(round_)), populate_existing=True)
    closes = rng.choice([None, NOW + timedelta(days=rng.randint(400, 500))])
    administration.set_window(world.admin, YEAR, round_, NOW, closes, known.version if known else 0, at)


def _more_time(world: World, rng: Random, at: Any) -> None:
    lao, round_ = rng.choice([world.lao, world.other]), rng.choice(list(Round))
    known = db.session.get(WindowException, (lao.own_organisation_id, YEAR, int(round_)), populate_existing=True)
    until, version = at + timedelta(days=rng.randint(1, 900)), known.version if known else 0
    administration.give_more_time(world.admin, lao.organisation_code, YEAR, round_, until, "เหตุ", version, at)


def _rules(world: World, rng: Random, at: Any) -> None:
    dimension = db.session.get_one(Dimension, (1, 1), populate_existing=True)
    name, most = f"มิติ {rng.randint(1, 9)}", Decimal(rng.randint(25, 40))
    periods.rename_dimension(world.admin, 1, 1, name, most, dimension.version, at)
    set_minimum(world.admin, YEAR + 1, Decimal(rng.randint(1, 90)), 0, at)


def _period(world: World, rng: Random, at: Any) -> None:
    first = rng.randint(2580, 2620)
    periods.add_period(world.admin, first, first + 3, ["หนึ่ง", "สอง", "สาม"], at)
    added = db.session.scalars(select(PlanPeriod.id).where(PlanPeriod.first_year == first)).one()
    if rng.random() < 0.5:
        periods.change_period(world.admin, added, first, first + 2, ["หนึ่ง", "สี่"], 1, at)
    else:
        periods.remove_period(world.admin, added, 1, at)


def _staff(world: World, rng: Random, at: Any) -> None:
    wanted = select(Account).where(Account.username == "officer65").execution_options(populate_existing=True)
    account = db.session.scalars(wanted).one()
    role = rng.choice([Role.OFFICER, Role.ADMINISTRATOR])
    places = tuple(rng.sample(["90", "65", "10"], rng.randint(1, 2)))
    administration.change_staff(world.admin, account.id, "นายขจร", role, places, "ย้าย", account.version, at)
    administration.lock_staff(world.admin, account.id, rng.random() < 0.5, "สอบ", at)
    administration.invite_staff(world.admin, f"new{rng.randint(1, 10**9)}", "ใหม่", role, places, "บรรจุใหม่", at)


def _registry(world: World, rng: Random, at: Any) -> None:
    lao = db.session.scalars(select(Organisation.id)).all()
    set_closed(world.admin, rng.choice(lao), rng.random() < 0.5, "ยุบรวม", at)


DEEDS: list[Callable[[World, Random, Any], None]] = [
    *(_record, _edit, _edit, _delete, _bring_back, _report, _report, _decide, _take_back),
    *(
        _plan_year,
        _scores,
        _scores,
        _second_person,
        _scores_as_a_whole,
        _window,
        _more_time,
        _rules,
        _period,
        _staff,
        _registry,
    ),
]
