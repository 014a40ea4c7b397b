"""What tests start from: an LAO with its gate open, an account, projects with reports.

Projects and reports are made by the operations themselves: a test never stands on a row the app would not write.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.passwords import hash_password
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.lao.projects.operations import record_project
from app.lao.projects.rules import ProjectFacts, counts
from app.lao.reporting.details import report_detail
from app.lao.reporting.operations import save_report
from app.lao.reporting.rules import ReportFacts
from app.models import Account, AccountProvince, FormerFacts, Organisation, PlanYear, Profile, Project, Sign, SubHeading
from app.models.enums import (
    Kind,
    OrganisationType,
    PlanStatus,
    ReportStatus,
    ReviewStatus,
    Role,
    Round,
    SignKind,
    SizeClass,
)
from app.plans.queries import period_of
from app.plans.rules import dimension_of
from app.words import thai_sort_key

PASSWORD = "รหัสผ่าน-ทดสอบ-ระบบ"
YEAR = 2561
NOW = datetime(2018, 4, 2, 14, 32, tzinfo=clock.BANGKOK)


@cache
def password_hash() -> str:
    """One hash for all tests: hashing is slow on purpose."""
    return hash_password(PASSWORD)


def make_organisation(
    code: str = "6650807",
    name: str = "องค์การบริหารส่วนตำบลดินทอง",
    *,
    province: str = "65",
    district: str | None = "6508",
    type_: OrganisationType = OrganisationType.SAO,
    passed: tuple[int, ...] = (YEAR, YEAR + 1),
) -> Organisation:
    """An LAO whose plan passed in the years `passed`."""
    organisation = Organisation(
        code=code,
        name=name,
        name_sort=thai_sort_key(name),
        type=type_,
        province_code=province,
        district_code=district,
    )
    with transaction():
        db.session.add(organisation)
        db.session.flush()
        db.session.add_all(
            PlanYear(organisation_id=organisation.id, fiscal_year=year, status=PlanStatus.PASSED) for year in passed
        )
    return organisation


def make_former(organisation: Organisation, until: datetime = NOW, **changes: Any) -> None:
    """What the LAO was until then: as it is today, but for `changes`."""
    kept = ("code", "name", "type", "province_code", "district_code")
    facts = {name: getattr(organisation, name) for name in kept} | changes
    facts["name_sort"] = thai_sort_key(facts["name"])
    with transaction():
        db.session.add(FormerFacts(organisation_id=organisation.id, until=until, **facts))


def make_account(organisation: Organisation, *, claimed: bool = True, email: str = "saraban@example.go.th") -> Account:
    """The LAO's account; a claimed one has PASSWORD and a profile."""
    account = Account(role=Role.LAO, organisation_id=organisation.id)
    with transaction():
        if claimed:
            account.password_hash, account.claimed_at = password_hash(), NOW
            db.session.add(make_profile(organisation.id, email))
        db.session.add(account)
    return account


def make_staff(username: str, role: Role, *provinces: str) -> Account:
    account = Account(role=role, username=username, display_name=username, password_hash=password_hash())
    with transaction():
        db.session.add(account)
        db.session.flush()
        db.session.add_all(AccountProvince(account_id=account.id, province_code=code) for code in provinces)
    return account


def make_profile(organisation_id: int, email: str) -> Profile:
    return Profile(
        organisation_id=organisation_id,
        size=SizeClass.SMALL,
        address="หมู่ 1",
        area_km2=Decimal("12.50"),
        population=4321,
        income_own=Decimal("1000000.00"),
        income_subsidy=Decimal("2000000.50"),
        executive_name="นายก",
        clerk_name="ปลัด",
        contact_name="ผู้ประสานงาน",
        contact_position="นักวิเคราะห์",
        contact_department="สำนักปลัด",
        phone="055000000",
        email=email,
        updated_at=NOW,
    )


def make_lao(code: str = "6650807", **place: Any) -> Actor:
    """A claimed LAO, ready to act."""
    account = make_account(make_organisation(code, **place), email=f"{code}@example.go.th")
    return actor_of(account.id)


def facts(name: str = "โครงการอบรมคุณธรรม", **changes: Any) -> ProjectFacts:
    """What an LAO says of a project; 1,000 baht in FY 2561 unless told otherwise."""
    values: dict[str, Any] = {
        "name": name,
        "kind": Kind.PROJECT,
        "dimension": 1,
        "further_dimensions": (),
        "quarters": (2,),
        "target_group": "บุคลากร 50 คน",
        "objective": "เพื่อปลูกจิตสำนึก",
        "budgets": {YEAR: Decimal("1000.00")},
    }
    return ProjectFacts(**values | changes)


def make_sub_headings(*headings: str, year: int = YEAR) -> None:
    """Sub-headings as they are typed ("1.1 ชื่อ") of the plan period of `year`."""
    period = period_of(year)
    assert period is not None
    with transaction():
        for number, name in (each.split(" ", 1) for each in headings):
            db.session.add(
                SubHeading(plan_period_id=period.id, dimension=dimension_of(number), number=number, name=name)
            )


def make_project(actor: Actor, given: ProjectFacts | None = None, *, key: str = "", now: datetime = NOW) -> int:
    """A recorded project; gives its id."""
    given = given or facts()
    period = period_of(min(given.budgets))
    assert period is not None
    with transaction():
        return record_project(actor, period, given, key, now)


def review(project_id: int, status: ReviewStatus, reason: str | None = None) -> None:
    """NACC's word on a project."""
    with transaction():
        project = db.session.get_one(Project, project_id)
        project.review_status, project.review_reason = status, reason
        project.counted = counts(status, deleted=project.deleted_at is not None)


def make_report(
    actor: Actor, project_id: int, status: ReportStatus = ReportStatus.DONE, round_: Round = Round.SIX, **more: Any
) -> None:
    """A project reported in FY 2561."""
    with transaction():
        line = report_detail(actor, project_id, YEAR, round_)
        save_report(actor, project_id, YEAR, round_, line.version, ReportFacts(status=status, **more), NOW)


def make_sign(organisation_id: int, project_id: int | None = None, round_: Round = Round.SIX) -> int:
    """A sign of that LAO in FY 2561, as a search keeps it; gives its id."""
    sign = Sign(
        organisation_id=organisation_id,
        fiscal_year=YEAR,
        round=int(round_),
        kind=SignKind.DONE_UNSPENT if project_id else SignKind.DONE_AT_ONCE,
        project_id=project_id,
        facts={"planned": "1000.00"} if project_id else {"number": 9, "total": 12},
        arose_at=NOW,
    )
    with transaction():
        db.session.add(sign)
    return sign.id


def project_form(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a browser sends from a filled record page."""
    return {
        "name": "โครงการโตไปไม่โกง",
        "kind": "project",
        "years": ["2561"],
        "budget_2561": "150,000.50",
        "quarters": ["1", "2"],
        "dimension": "2",
        "further_dimensions": ["1", "3"],
        "target_group": "นักเรียน 100 คน",
        "objective": "ปลูกฝังความซื่อสัตย์",
        "submission_key": "11111111-1111-4111-8111-111111111111",
        **(changes or {}),
    }


def profile_form(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a browser sends from the profile page with all three tabs filled."""
    return {
        "size": "small",
        "address": "99 หมู่ 1 ตำบลดินทอง",
        "area_km2": "55.25",
        "population": "๖,๕๔๓",
        "income_own": "1,234,567.89",
        "income_subsidy": "9,876,543.21",
        "executive_name": "นายสมชาย ใจตรง",
        "clerk_name": "นางสุดา แสงทอง",
        "contact_name": "นางสาวอารีย์ มั่นคง",
        "contact_position": "นักวิเคราะห์นโยบายและแผน",
        "contact_department": "สำนักปลัด",
        "phone": "055 111 222",
        "mobile": "081 111 2222",
        "fax": "",
        "email": "dinthong@example.go.th",
        "mail_notices": "y",
        "website": "",
        "password": PASSWORD,
        "current": PASSWORD,
        "version": "0",
        **(changes or {}),
    }


def all_projects(organisation_id: int) -> list[Project]:
    return list(
        db.session.scalars(select(Project).where(Project.organisation_id == organisation_id).order_by(Project.id))
    )
