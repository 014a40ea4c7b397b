"""A small world with an entry of every covered kind, and the verifier over it: by addresses, or in a transaction."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from flask import Flask, current_app
from sqlalchemy import text

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, is_sqlite, transaction
from app.lao.fixed_rounds.operations import fix_due
from app.lao.projects.operations import delete_project, edit_project
from app.lao.projects.queries import project_detail
from app.lao.sending.operations import send_round
from app.lao.sending.queries import round_to_send
from app.lao.sending.rules import sealed
from app.ledger import heads, jobs, queries, state
from app.ledger.rules import canonical
from app.models import Organisation
from app.models.enums import CannotReason, PlanStatus, ReportStatus, Role, Round, Which
from app.nacc.administration.operations import (
    change_staff,
    give_more_time,
    invite_staff,
    lock_staff,
    set_window,
)
from app.nacc.administration.periods.operations import add_period, rename_dimension
from app.nacc.amendments.operations import amend_line
from app.nacc.amendments.rules import LineAmendment
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.plan_years.operations import set_status
from app.nacc.proposals.operations import set_minimum
from app.nacc.registry_upkeep.operations import succeed
from app.nacc.registry_upkeep.rules import ProjectsGo, SuccessionFacts, SuccessionKind
from app.nacc.review.operations import decide
from app.nacc.review.rules import Verdict
from app.plans.queries import period_of
from app.registry.lines import LIST_COLUMNS
from app.registry.operations import import_lines
from app.registry.rules import Effect
from docs import verify
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_staff

LATER = NOW + timedelta(days=1)


class World(NamedTuple):
    lao: Actor
    other: Actor
    admin: Actor
    kept: int
    deleted: int
    rejected: int


def make_world() -> World:
    """Two LAOs, NACC's deeds of every covered kind, all in the log and under a signed head."""
    lao, other = make_lao(), make_lao("6650101", name="เทศบาลนครพิษณุโลก", district="6501")
    admin = actor_of(make_staff("somsri", Role.ADMINISTRATOR).id)
    kept = make_project(lao)
    deleted, rejected = make_project(lao, facts("โครงการที่ลบ")), make_project(other, facts("โครงการที่ปฏิเสธ"))
    make_report(lao, kept, spent=Decimal("900.5"), note="ทำแล้ว", obstacles="ฝนตก", suggestions="เลื่อนวัน")
    make_report(lao, deleted, ReportStatus.IN_PROGRESS)
    other_way = {"cannot_reason": CannotReason.OTHER, "cannot_text": "น้ำท่วม"}
    make_report(lao, kept, ReportStatus.CANNOT, Round.TWELVE, **other_way)
    make_report(other, make_project(other, facts("โครงการที่เสร็จ")), ordinance_budget=Decimal(9), spent=Decimal(7))
    make_report(other, rejected, ReportStatus.CANNOT, cannot_reason=CannotReason.NO_BUDGET)
    period = period_of(YEAR)
    assert period is not None
    with transaction():
        edit_project(
            lao,
            period,
            kept,
            1,
            facts("โครงการใหม่", further_dimensions=(3,), budgets={YEAR: Decimal(2000), YEAR + 1: None}),
            LATER,
        )
        delete_project(lao, period, deleted, project_detail(lao, deleted).version, "บันทึกซ้ำ", LATER)
        decide(admin, rejected, 1, Verdict.REJECT, "ไม่สอดคล้อง", LATER)
        decide(admin, kept, 2, Verdict.APPROVE, "", LATER)
    _rules(admin)
    _scores(lao, other, admin)
    with transaction():
        figures = round_to_send(lao, YEAR, Round.TWELVE, LATER).figures
        send_round(lao, YEAR, Round.TWELVE, sealed(figures), LATER)
    with transaction():
        fix_due(NOW + timedelta(days=11), NOW + timedelta(days=11))
    _amended(admin, rejected)
    _past(admin, lao, other)
    jobs.begin()
    jobs.head_of_now()
    return World(lao, other, admin, kept, deleted, rejected)


def _amended(admin: Actor, project: int) -> None:
    """A closed round with two editions."""
    said = LineAmendment(ReportStatus.DONE, None, Decimal(1000), None, Decimal(500))
    with transaction():
        amend_line(admin, "6650101", YEAR, Round.SIX, project, 1, said, "สตง. ตรวจพบ", NOW + timedelta(days=12))


def _past(admin: Actor, lao: Actor, other: Actor) -> None:
    """One LAO was called otherwise, and has taken over a part of the other."""
    known = db.session.get_one(Organisation, other.own_organisation_id)
    renamed = [known.code, "องค์การบริหารส่วนตำบลชื่อใหม่", known.type.label, known.province_code, known.district_code or ""]
    paper = Effect(NOW, "ประกาศ 1/2561", typed=True)
    with transaction():
        import_lines(admin, [list(LIST_COLUMNS), renamed], paper)
        facts = SuccessionFacts(SuccessionKind.SPLIT, [known.code], ProjectsGo.END, NOW.date(), paper)
        succeed(admin, lao.own_organisation_id, facts, NOW)


def _rules(admin: Actor) -> None:
    with transaction():
        set_window(admin, YEAR, Round.SIX, NOW - timedelta(days=90), NOW + timedelta(days=9), 0, NOW)
        give_more_time(admin, "6650807", YEAR, Round.SIX, NOW + timedelta(days=20), "น้ำท่วม", 0, NOW)
        add_period(admin, 2571, 2574, ["หนึ่ง", "สอง"], NOW)
        rename_dimension(admin, 1, 2, "ชื่อใหม่", Decimal(30), 1, NOW)
        set_minimum(admin, YEAR, Decimal("60.5"), 0, NOW)
        invite_staff(admin, "officer65", "นายขจร", Role.OFFICER, ("65", "90"), "บรรจุใหม่", NOW)
        invited = db.session.scalar(text("SELECT max(id) FROM accounts"))
        change_staff(admin, invited, "นายขจร", Role.OFFICER, ("65",), "ย้าย", 1, NOW)
        lock_staff(admin, invited, True, "พ้นจากตำแหน่ง", NOW)


def _scores(lao: Actor, other: Actor, admin: Actor) -> None:
    with transaction():
        set_status(admin, lao.own_organisation_id, YEAR + 2, PlanStatus.FAILED, 0, NOW)
        for actor in (lao, other):
            id_ = actor.own_organisation_id
            save_scores(actor, id_, YEAR, {ScoreCell(Which.SAR, 1): ScoreEntry(Decimal(20), None)}, "", NOW)
            for value, seen in ((Decimal("18.25"), None), (Decimal(19), Decimal("18.25"))):
                save_scores(admin, id_, YEAR, {ScoreCell(Which.EVALUATION, 1): ScoreEntry(value, seen)}, "ปรับ", NOW)
        do_one(admin, lao.own_organisation_id, YEAR, ScoreDeed.PUBLISH, NOW)


class Asked(verify.Site):
    """The installation under test, asked through its client."""

    def __init__(self, app: Flask) -> None:
        super().__init__("http://localhost")
        self.client = app.test_client()
        self.lives = False

    def _read(self, address: str) -> tuple[bytes, str]:
        answer = self.client.get(address.removeprefix("http://localhost"))
        if answer.status_code == 404:
            raise verify.Unchecked(answer.text)
        if answer.status_code != 200:
            raise verify.Wrong(f"{address} answers {answer.status_code}: {answer.text[:300]}")
        return answer.data, answer.headers.get("Link", "")


def verified(app: Flask, saved: dict[str, Any] | None = None) -> str:
    """What the verifier says; raises verify.Wrong."""
    db.session.expire_all()
    return verify.check(Asked(app), saved, "", 1)


class Direct(verify.Site):
    """The same answers without requests, inside the present transaction: what is tried out is never committed."""

    def __init__(self) -> None:
        super().__init__("")
        self.lives = False

    def one(self, name: str) -> Any:
        assert name == "key"
        return {"key": heads.public_key(current_app.config["LOG_SIGNING_KEY"])}

    def heads(self) -> Iterator[bytes]:
        return map(canonical, map(heads.published, queries.heads(0, 1000)))

    def entries(self) -> Iterator[bytes]:
        return iter(queries.entry_lines(0, 10_000))

    def rows(self, table: str) -> Iterator[bytes]:
        lines, cursor = state.state_lines(table, "", 10_000)
        assert cursor is None
        return iter(lines)


def verified_within(saved: dict[str, Any] | None = None) -> str:
    """As `verified`, of what the present transaction sees."""
    return verify.check(Direct(), saved, "", 1)


def drop_triggers() -> None:
    """What somebody does first who holds the database."""
    if not is_sqlite(db.engine):
        return  # `as_attacker` runs as a replica, on which no trigger fires
    with transaction():
        for name in db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            db.session.execute(text(f"DROP TRIGGER {name}"))


def as_attacker() -> None:
    """From here to the end of the transaction neither triggers nor foreign keys are a hindrance."""
    db.session.execute(
        text(
            "PRAGMA defer_foreign_keys = ON" if is_sqlite(db.engine) else "SET LOCAL session_replication_role = replica"
        )
    )
