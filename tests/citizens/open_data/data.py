"""A small country for the open data: LAOs in two provinces, projects of each state, personal data that is marked."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Enum, String, Text, insert, inspect, select, update

from app.db import Base, db, transaction
from app.lao.fixed_rounds.operations import fix_due
from app.models import (
    Dimension,
    District,
    FixedRound,
    FormerFacts,
    HistoryEntry,
    InternalNote,
    MailLog,
    Organisation,
    PasswordReset,
    PlanYear,
    Project,
    Province,
    RejectionReason,
    Report,
    Score,
    Setting,
    WindowException,
)
from app.models.enums import CannotReason, PlanStatus, ReportStatus, ReviewStatus, Role, Round
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_staff, review
from tests.lao.fixed_rounds.closing import close

MARK = "ห้ามเผยแพร่"
# Text that is public. Whatever text is not here nor in the registry is marked, in every table there is.
PUBLIC_TEXT = {
    Project: {"name", "name_sort", "name_search", "target_group", "objective", "review_reason"},
    Report: {"cannot_text", "note", "obstacles", "suggestions"},
    Dimension: {"name"},
    RejectionReason: {"text"},
    Setting: {"value"},  # the office to ask
}
REGISTRY = (Province, District, Organisation, FormerFacts, FixedRound)  # an LAO as it was, and why it was amended
APPEND_ONLY = (HistoryEntry,)


def fill() -> None:
    """Three LAOs: one with projects of each state, one that reported all, one whose plan failed."""
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการที่ {n}", dimension=1 + n % 4)) for n in range(6)]
    ids.append(make_project(lao, facts('=โครงการ, "คำพูด"\nสองบรรทัด', further_dimensions=(3, 4), quarters=(1, 4))))
    budgets = {YEAR: None, YEAR + 1: Decimal("5.50")}
    ids.append(make_project(lao, facts("ไม่ใช้งบประมาณ", budgets=budgets)))
    make_report(lao, ids[0], spent=Decimal("999.99"), ordinance_budget=Decimal(1200), note="- ไม่มี")
    make_report(lao, ids[1], ReportStatus.CANNOT, cannot_reason=CannotReason.OTHER, cannot_text="น้ำท่วม")
    make_report(lao, ids[2], ReportStatus.IN_PROGRESS, Round.TWELVE, ordinance_budget=Decimal(5))
    make_report(lao, ids[3])
    review(ids[3], ReviewStatus.REJECTED, "ไม่สอดคล้องกับมิติที่กำหนด")
    review(ids[4], ReviewStatus.APPROVED)
    delete(ids[5])
    second = make_lao("2900101", name="องค์การบริหารส่วนจังหวัดสงขลา", province="90", district="9001")
    for place in range(3):
        make_report(second, make_project(second, facts(f"ของสงขลา {place}", dimension=4)))
    third = make_lao("5901109", name="เทศบาลตำบลน้ำน้อย", province="90", district="9001", passed=())
    with transaction():
        db.session.add(PlanYear(organisation_id=third.own_organisation_id, fiscal_year=YEAR, status=PlanStatus.FAILED))
        _score(lao.own_organisation_id, YEAR, "41.25")
        _score(second.own_organisation_id, YEAR, "77.77")
        db.session.execute(
            update(PlanYear).where(PlanYear.organisation_id == lao.organisation_id).values(published_at=NOW)
        )
    close(Round.TWELVE, at=NOW)
    with transaction():
        fix_due(NOW, NOW)


def delete(project_id: int) -> None:
    with transaction():
        project = db.session.get_one(Project, project_id)
        project.deleted_at, project.counted = NOW, False


def _score(organisation_id: int, year: int, value: str) -> None:
    db.session.add(Score(organisation_id=organisation_id, fiscal_year=year, dimension=1, evaluation=Decimal(value)))


def mark_personal_data() -> int:
    """The mark in all text that is not public, and in the history; gives the number of columns that hold it."""
    officer = make_staff("somsri", Role.OFFICER, "65")
    with transaction():
        lao = db.session.scalars(select(Organisation.id).order_by(Organisation.id)).first()
        of_year = {"organisation_id": lao, "fiscal_year": YEAR, "round": 6}
        mail = MailLog(kind="-", to_address="-", day=NOW.date(), **of_year)
        mail.total, mail.waiting, mail.queued_at, mail.queued_by_id = 1, 1, NOW, officer.id
        db.session.add_all([mail, WindowException(closes_at=NOW, reason="-", given_by_id=officer.id, **of_year)])
        written = {"text": "-", "changed_at": NOW, "changed_by_id": officer.id}
        db.session.add_all([InternalNote(organisation_id=lao, **written), InternalNote(project_id=1, **written)])
        db.session.add(PasswordReset(token_hash="-", account_id=officer.id, expires_at=NOW))
        db.session.execute(update(Project).values(reviewed_by_id=officer.id))
        db.session.flush()
        marked = 0
        for mapper in Base.registry.mappers:
            if mapper.class_ in REGISTRY + APPEND_ONLY:
                continue
            for name in personal_columns(mapper.class_):
                marked += bool(_mark(mapper.class_, name))
        db.session.execute(insert(HistoryEntry).values(**_history(officer.id, lao)))
    return marked


def personal_columns(model: type[Base]) -> list[str]:
    """Columns of text that are neither public nor a reference to another row."""
    columns = inspect(model).column_attrs
    return [
        attribute.key
        for attribute in columns
        if isinstance(attribute.columns[0].type, String | Text)
        and not isinstance(attribute.columns[0].type, Enum)
        and not attribute.columns[0].foreign_keys
        and attribute.key not in PUBLIC_TEXT.get(model, ())
        and (model, attribute.key) != (Setting, "name")
    ]


def _mark(model: type[Base], name: str) -> int:
    """Mark the column in every row that has it, each differently where it must be unique."""
    rows = [row for row in db.session.scalars(select(model)) if getattr(row, name) is not None]
    for place, row in enumerate(rows):
        setattr(row, name, f"{MARK}{place}")
    return len(rows)


def _history(officer_id: int, organisation_id: int | None) -> dict[str, Any]:
    told = {"contact_name": MARK, "clerk_name": MARK}
    return {
        "at": NOW + timedelta(days=1),
        "actor_id": officer_id,
        "actor_name": MARK,
        "actor_role": Role.OFFICER,
        "action": "edit",
        "entity": "profile",
        "entity_key": "1",
        "organisation_id": organisation_id,
        "before": told,
        "after": told,
        "reason": MARK,
    }
