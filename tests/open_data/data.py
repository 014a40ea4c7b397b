"""A small country for the open data: LAOs in two provinces, projects of each state, personal data that is marked."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Text, insert, inspect, select, update

from app.db import Base, db, transaction
from app.models import (
    Account,
    HistoryEntry,
    MailLog,
    Organisation,
    PlanYear,
    Profile,
    Project,
    Score,
    WindowException,
)
from app.models.enums import CannotReason, PlanStatus, ReportStatus, ReviewStatus, Role, Round
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_staff, review

MARK = "ข้อมูลส่วนบุคคล-ห้ามเผยแพร่"
# Text that is public, by table: what an LAO recorded, and NACC's reasons. All other text of these tables is marked.
PERSONAL: dict[type[Base], tuple[str, ...]] = {
    Profile: (
        "address",
        "executive_name",
        "clerk_name",
        "contact_name",
        "contact_position",
        "contact_department",
        "phone",
        "mobile",
        "fax",
        "email",
        "website",
    ),
    Account: ("username", "display_name", "password_hash", "activation_hash"),
    MailLog: ("to_address", "error", "kind"),
    WindowException: ("reason",),
}


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


def delete(project_id: int) -> None:
    with transaction():
        project = db.session.get_one(Project, project_id)
        project.deleted_at, project.counted = NOW, False


def _score(organisation_id: int, year: int, value: str) -> None:
    db.session.add(Score(organisation_id=organisation_id, fiscal_year=year, dimension=1, evaluation=Decimal(value)))


def mark_personal_data() -> None:
    """The mark in every column that could name a person, and in the history of them all."""
    officer = make_staff("somsri", Role.OFFICER, "65")
    with transaction():
        lao = db.session.scalars(select(Organisation.id).order_by(Organisation.id)).first()
        mail = MailLog(organisation_id=lao, kind="-", to_address="-", day=NOW.date(), fiscal_year=YEAR, round=6)
        mail.total, mail.waiting, mail.queued_at, mail.queued_by_id = 1, 1, NOW, officer.id
        db.session.add(mail)
        db.session.add(
            WindowException(
                organisation_id=lao, fiscal_year=YEAR, round=6, closes_at=NOW, reason="-", given_by_id=officer.id
            )
        )
        db.session.flush()
        for model, columns in PERSONAL.items():
            for row in db.session.scalars(select(model)).all():
                for place, column in enumerate(columns):
                    if column != "username" or row.username is not None:
                        setattr(row, column, f"{MARK}{place}"[: _length(model, column)])
        db.session.execute(update(Project).values(reviewed_by_id=officer.id))
        db.session.execute(
            insert(HistoryEntry).values(
                at=NOW + timedelta(days=1),
                actor_id=officer.id,
                actor_name=MARK,
                actor_role=Role.OFFICER,
                action="edit",
                entity="profile",
                entity_key="1",
                organisation_id=lao,
                before={"contact_name": MARK},
                after={"contact_name": MARK},
                reason=MARK,
            )
        )


def _length(model: type[Base], column: str) -> int | None:
    return inspect(model).columns[column].type.length


def text_columns(model: type[Base]) -> set[str]:
    """Names of all columns of free text."""
    from sqlalchemy import Enum, String

    return {
        attribute.key
        for attribute in inspect(model).column_attrs
        if isinstance(kind := attribute.columns[0].type, String | Text) and not isinstance(kind, Enum)
    }


def row_numbers(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]
