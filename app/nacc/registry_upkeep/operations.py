"""A new LAO, and one that goes on in another: merged into it, or split."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from app.access import Actor
from app.clock import thai_date
from app.db import db
from app.errors import Refusal
from app.history.operations import record
from app.lao.projects.operations import hand_on_project
from app.models import Organisation, Project, ProjectYear, Succession
from app.models.enums import Action, Entity
from app.nacc.registry_upkeep.rules import ProjectsGo, SuccessionFacts, SuccessionKind, first_year_after, hand_on_reason
from app.registry.digests import past_digests
from app.registry.lines import Lines
from app.registry.operations import import_lines, set_closed
from app.registry.queries import find_by_code
from app.registry.rules import Effect


def add_lao(actor: Actor, code: str, lines: Lines, effect: Effect) -> None:
    """Add the LAO of a one-row file. Raises BrokenFile; Refusal where the registry has its code already."""
    known = find_by_code(code)
    if not any(change.known is None for change in import_lines(actor, lines, effect).changes):
        whose = f" ของ{known.name}" if known else ""
        raise Refusal(f"ในทะเบียนมีรหัส {code}{whose} แล้ว ตรวจสอบรหัส หรือค้นหา อปท. นั้นแล้วแก้ไข", "code")


def succeed(actor: Actor, organisation_id: int, facts: SuccessionFacts, now: datetime) -> None:
    """Write down who goes on for an LAO. A merged one is closed, and its years to come go along or end.

    Raises Refusal, which names what is wrong with the successors; then nothing is written.
    """
    lao = db.session.get_one(Organisation, organisation_id, with_for_update=True)
    successors = [_successor(lao, code, facts.effect) for code in dict.fromkeys(facts.codes)]
    paper = {"at": facts.effect.at, "document": facts.effect.document, "document_date": facts.document_date}
    db.session.add_all(Succession(organisation_id=lao.id, successor_id=each.id, **paper) for each in successors)
    db.session.flush()
    told = {
        "successors": [each.name for each in successors],
        "succession": facts.kind.label,
        "effective_at": facts.effect.at,
        **past_digests([lao.id])[lao.id],
    }
    for each in (lao, *successors):
        record(
            actor,
            Action.SUCCEED,
            Entity.ORGANISATION,
            lao.id,
            organisation_id=each.id,
            after={"name": lao.name, **told, "document_date": facts.document_date},
            reason=facts.effect.document,
            at=now,
        )
    if facts.kind is SuccessionKind.MERGE:
        _hand_on(actor, lao, successors[0] if facts.projects is ProjectsGo.ALONG else None, facts.effect, now)
        set_closed(actor, lao.id, True, facts.effect.document, now, facts.effect)


def _successor(lao: Organisation, code: str, effect: Effect) -> Organisation:
    listed = find_by_code(code)
    if lao.closed_at is not None:
        raise Refusal("อปท. นี้ปิดแล้ว เปิดอีกครั้งก่อน แล้วบันทึกการยุบรวมหรือแยก")
    if listed is None:
        raise Refusal(f"ไม่พบ อปท. รหัส {code} ถ้าเป็น อปท. ที่ตั้งใหม่ ให้เพิ่มในทะเบียนก่อน", "successors")
    if listed.id == lao.id:
        raise Refusal(f"รหัส {code} คือ อปท. นี้เอง กรอกรหัสของ อปท. ที่รับช่วง", "successors")
    if listed.closed:
        raise Refusal(f"{listed.name} ปิดแล้ว กรอกรหัสของ อปท. ที่ยังเปิดอยู่", "successors")
    if db.session.get(Succession, (listed.id, lao.id)):
        raise Refusal(f"บันทึกไว้แล้วว่า อปท. นี้รับช่วงจาก {listed.name}", "successors")
    if db.session.get(Succession, (lao.id, listed.id)):
        raise Refusal(f"บันทึกไว้แล้วว่า {listed.name} รับช่วงจาก อปท. นี้", "successors")
    successor = db.session.get_one(Organisation, listed.id)
    if successor.founded_at and successor.founded_at > effect.at:
        founded = thai_date(successor.founded_at)
        raise Refusal(f"{listed.name} ตั้งขึ้นวันที่ {founded} หลังวันที่มีผล ตรวจสอบวันที่มีผลและรหัสของ อปท. ที่รับช่วง", "since")
    return successor


def _hand_on(actor: Actor, lao: Organisation, successor: Organisation | None, effect: Effect, now: datetime) -> None:
    """What was planned for the years it does not begin: years it began stay with it, as they were reported."""
    year = first_year_after(effect.at)
    reason = hand_on_reason(lao.name, successor.name if successor else "", effect.document)
    for project_id in _planned_from(lao.id, year):
        hand_on_project(actor, project_id, year, successor, reason, now)


def _planned_from(organisation_id: int, year: int) -> Iterable[int]:
    wanted = (
        select(Project.id)
        .join(ProjectYear, ProjectYear.project_id == Project.id)
        .where(Project.organisation_id == organisation_id, Project.deleted_at.is_(None))
        .where(ProjectYear.fiscal_year >= year)
    )
    return db.session.scalars(wanted.distinct().order_by(Project.id)).all()
