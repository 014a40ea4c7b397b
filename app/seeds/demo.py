"""The demo: one LAO with the manual's golden figures, a province with its table, and an account of each kind.

Nothing here is a shortcut past the rules: the rows are what recording and reporting would have left.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app import clock
from app.access import Actor
from app.accounts.operations import claim, create_staff, prepare_password
from app.accounts.queries import actor_of
from app.accounts.rules import PasswordFor
from app.db import db
from app.history.operations import entry, record_all, stand_again
from app.models import Account, Organisation, PlanYear, Profile, Project, ProjectYear, Report
from app.models.enums import (
    Action,
    CannotReason,
    Entity,
    Kind,
    PlanStatus,
    ReportStatus,
    ReviewStatus,
    Role,
    Round,
    SizeClass,
)
from app.plans.queries import period_of
from app.registry.queries import find_by_code
from app.words import thai_sort_key

DATA = Path(__file__).parent / "data"
YEAR = 2561
RECORDED = datetime(2017, 12, 15, 9, 30, tzinfo=clock.BANGKOK)
REPORTED = {
    Round.SIX: datetime(2018, 4, 2, 14, 32, tzinfo=clock.BANGKOK),
    Round.TWELVE: datetime(2018, 10, 10, 10, 5, tzinfo=clock.BANGKOK),
}
ACCOUNTS = (
    ("อปท. (อบจ.สงขลา)", "2900101", "songkhla-demo"),
    ("อปท. เข้าใช้ครั้งแรก (อบต.ดินทอง)", "6650807", "เว้นว่าง"),
    ("เจ้าหน้าที่ ป.ป.ช. (สงขลา)", "officer90", "officer-demo"),
    ("ผู้ดูแลระบบ", "admin", "admin-demo"),
)


@dataclass(frozen=True)
class GoldenDimension:
    """One dimension of อบจ.สงขลา in FY 2561, round 6, as the manual prints it; baht."""

    done: int
    in_progress: int
    cannot: int
    in_ordinance: int
    planned: Decimal
    ordinance: Decimal
    spent: Decimal


GOLDEN = {
    1: GoldenDimension(2, 13, 2, 3, Decimal(4_482_000), Decimal(4_974_500), Decimal(1_708_985)),
    2: GoldenDimension(8, 25, 2, 5, Decimal(4_000_000), Decimal(4_355_000), Decimal(1_793_200)),
    3: GoldenDimension(2, 9, 1, 5, Decimal(5_250_000), Decimal(7_049_600), Decimal(3_586_400)),
    4: GoldenDimension(12, 8, 1, 3, Decimal(1_947_000), Decimal(3_300_000), Decimal(1_674_881)),
}
REJECTED = (
    (3, "โครงการทัศนศึกษาดูงานประจำปี", "ไม่สอดคล้องกับมิติที่กำหนด ไม่มีกิจกรรมที่ประชาชนมีส่วนร่วมป้องกันการทุจริต", 1_250_000),
    (2, "โครงการปรับปรุงภูมิทัศน์อาคารสำนักงาน", "ไม่สอดคล้องกับมิติที่กำหนด เป็นงานก่อสร้างทั่วไป", 500_000),
    (1, "โครงการงานเลี้ยงปีใหม่บุคลากร", "เป็นงานตามภารกิจปกติ ไม่เกี่ยวกับการป้องกันการทุจริต", 80_000),
)


@dataclass
class Draft:
    """A project to be written, with what it reported by round."""

    name: str
    kind: Kind
    dimension: int
    planned: Decimal | None
    review: ReviewStatus = ReviewStatus.APPROVED
    reason: str | None = None
    reports: dict[Round, dict[str, Any]] = field(default_factory=dict)


def load_demo(now: datetime) -> bool:
    """Fill a database that holds the registry and the plan periods; False where the demo was there already."""
    if db.session.scalar(select(Project.id).limit(1)) is not None:
        return False
    stand_again("plan-years", "projects", "reports")
    _songkhla(now)
    _phitsanulok()
    _first_login()
    staff = Actor(role=Role.SYSTEM, name="ข้อมูลสาธิต")
    create_staff(staff, "officer90", "นางสาวพิมพ์ใจ สุจริต", "officer-demo", Role.OFFICER, ("90",), now)
    create_staff(staff, "admin", "ผู้ดูแลระบบสาธิต", "admin-demo", Role.ADMINISTRATOR, (), now)
    return True


def _songkhla(now: datetime) -> None:
    organisation = _organisation("2900101")
    _pass_years(organisation.id, YEAR)
    db.session.add(PlanYear(organisation_id=organisation.id, fiscal_year=YEAR + 1, status=PlanStatus.FAILED))
    _profile(organisation.id)
    account = db.session.execute(select(Account.id).where(Account.organisation_id == organisation.id)).scalar_one()
    actor = actor_of(account)
    claim(actor, prepare_password("songkhla-demo", PasswordFor("2900101", actor.name, second=True)), now)
    with (DATA / "songkhla_projects.csv").open(encoding="utf-8") as lines:
        rows = [(int(row["dimension"]), Kind(row["kind"]), row["name"]) for row in csv.DictReader(lines)]
    drafts: list[Draft] = []
    for dimension, golden in GOLDEN.items():
        drafts += _golden_drafts(golden, [row for row in rows if row[0] == dimension])
    for dimension, name, reason, baht in REJECTED:
        drafts.append(Draft(name, Kind.PROJECT, dimension, Decimal(baht), ReviewStatus.REJECTED, reason))
    _write(actor, organisation, drafts)


def _golden_drafts(golden: GoldenDimension, rows: list[tuple[int, Kind, str]]) -> Iterator[Draft]:
    """The projects of one dimension: budgets that add up to the golden sums, statuses in the golden numbers."""
    funded = [place for place, (_dimension, kind, _name) in enumerate(rows) if kind is Kind.PROJECT]
    planned = dict(zip(funded, shared_out(golden.planned, len(funded)), strict=True))
    in_ordinance = (funded + [place for place in range(len(rows)) if place not in planned])[: golden.in_ordinance]
    ordinance = dict(zip(in_ordinance, shared_out(golden.ordinance, golden.in_ordinance), strict=True))
    spent = dict(zip(in_ordinance, shared_out(golden.spent, golden.in_ordinance), strict=True))
    statuses = (
        [ReportStatus.DONE] * golden.done
        + [ReportStatus.IN_PROGRESS] * golden.in_progress
        + [ReportStatus.CANNOT] * golden.cannot
    )
    for place, (dimension, kind, name) in enumerate(rows):
        report = {
            "status": statuses[place],
            "ordinance_budget": ordinance.get(place),
            "spent": spent.get(place),
            "cannot_reason": CannotReason.NO_BUDGET if statuses[place] is ReportStatus.CANNOT else None,
        }
        review = ReviewStatus.PENDING if place % 9 == 4 else ReviewStatus.APPROVED
        yield Draft(name, kind, dimension, planned.get(place), review, reports={Round.SIX: report})


def shared_out(total: Decimal, parts: int) -> list[Decimal]:
    """`total` in `parts` unequal amounts of whole hundreds, the last taking what is left."""
    weights = list(range(parts, 0, -1))
    amounts = [total * weight // sum(weights) // 100 * 100 for weight in weights[:-1]]
    return [*amounts, total - sum(amounts)]


def _phitsanulok() -> None:
    with (DATA / "phitsanulok_2561_round12.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            organisation = _named(row["organisation"], "65")
            _pass_years(organisation.id, YEAR)
            actor = Actor(role=Role.SYSTEM, name="ข้อมูลสาธิต", organisation_id=organisation.id)
            drafts = [_counted_draft(place, row) for place in range(int(row["total"]))]
            _write(actor, organisation, drafts)


def _counted_draft(place: int, row: dict[str, str]) -> Draft:
    done, reported = int(row["done"]), int(row["reported"])
    kind = list(Kind)[place % 4]
    budget = Decimal(5000) if kind is Kind.PROJECT else None
    reports: dict[Round, dict[str, Any]] = {}
    if place < reported:
        status = ReportStatus.DONE if place < done else ReportStatus.IN_PROGRESS
        reports = {
            Round.SIX: {"status": ReportStatus.IN_PROGRESS},
            Round.TWELVE: {"status": status, "spent": budget if place < done else None},
        }
    name = f"{kind.label}ป้องกันการทุจริตตามแผนปฏิบัติการ ลำดับที่ {place + 1}"
    return Draft(name, kind, place // 4 % 4 + 1, budget, reports=reports)


def _first_login() -> None:
    _pass_years(_organisation("6650807").id, YEAR, YEAR + 1)


def _organisation(code: str) -> Organisation:
    found = find_by_code(code)
    if found is None:
        raise LookupError(f"the demo needs the LAO {code}: load the registry first (flask registry load)")
    return db.session.get_one(Organisation, found.id)


def _named(name: str, province: str) -> Organisation:
    statement = select(Organisation).where(Organisation.name == name, Organisation.province_code == province)
    return db.session.execute(statement).scalars().one()


def _pass_years(organisation_id: int, *years: int) -> None:
    db.session.add_all(
        PlanYear(organisation_id=organisation_id, fiscal_year=year, status=PlanStatus.PASSED) for year in years
    )


def _profile(organisation_id: int) -> None:
    db.session.add(
        Profile(
            organisation_id=organisation_id,
            size=SizeClass.LARGE,
            address="ถนนสงขลา-ระโนด ตำบลพะวง อำเภอเมืองสงขลา จังหวัดสงขลา 90100",
            area_km2=Decimal("7393.89"),
            population=1_424_230,
            income_own=Decimal("852410000.00"),
            income_subsidy=Decimal("631775500.00"),
            executive_name="นายสมชาย ใจตรง",
            clerk_name="นางสุดา แสงทอง",
            contact_name="นางสาวอารีย์ มั่นคง",
            contact_position="นักวิเคราะห์นโยบายและแผนชำนาญการ",
            contact_department="กองแผนและงบประมาณ",
            phone="0 7430 0000",
            email="saraban@songkhla.example.go.th",
            website="www.songkhla.example.go.th",
            updated_at=RECORDED,
        )
    )
    db.session.flush()


def _write(actor: Actor, organisation: Organisation, drafts: list[Draft]) -> None:
    """Write projects with their year, report lines and history, as recording and reporting leave them."""
    period = period_of(YEAR)
    if period is None:
        raise LookupError(f"the demo needs a plan period with {YEAR} (flask seed periods)")
    moments = (RECORDED + timedelta(minutes=4 * place) for place in count())
    rows = [_project(organisation, draft, period.id, at) for draft, at in zip(drafts, moments, strict=False)]
    ids = db.session.scalars(insert(Project).returning(Project.id, sort_by_parameter_order=True), rows).all()
    carried = [
        {"project_id": id_, "fiscal_year": YEAR} | {name: row[name] for name in CARRIED}
        for id_, row in zip(ids, rows, strict=True)
    ]
    years = [each | {"plan_budget": draft.planned} for each, draft in zip(carried, drafts, strict=True)]
    db.session.execute(insert(ProjectYear), years)
    lines = [_line(each, round_, draft) for each, draft in zip(carried, drafts, strict=True) for round_ in Round]
    db.session.execute(insert(Report), lines)
    record_all(
        [line for id_, row, draft in zip(ids, rows, drafts, strict=True) for line in _told(actor, id_, row, draft)]
    )


CARRIED = ("organisation_id", "province_code", "dimension", "counted")


def _project(organisation: Organisation, draft: Draft, period_id: int, at: datetime) -> dict[str, Any]:
    return {
        "organisation_id": organisation.id,
        "province_code": organisation.province_code,
        "plan_period_id": period_id,
        "name": draft.name,
        "name_sort": thai_sort_key(draft.name),
        "kind": draft.kind,
        "dimension": draft.dimension,
        "quarters": (1, 2, 3, 4) if draft.kind is not Kind.PROJECT else (2,),
        "target_group": "บุคลากรและประชาชนในพื้นที่",
        "objective": "เพื่อป้องกันการทุจริตและเสริมสร้างความโปร่งใสในการปฏิบัติราชการ",
        "review_status": draft.review,
        "review_reason": draft.reason,
        "reviewed_at": None if draft.review is ReviewStatus.PENDING else at + timedelta(days=20),
        "counted": draft.review is not ReviewStatus.REJECTED,
        "created_at": at,
        "updated_at": at,
        "version": 1,
    }


def _line(carried: dict[str, Any], round_: Round, draft: Draft) -> dict[str, Any]:
    report = draft.reports.get(round_, {})
    return carried | {
        "round": int(round_),
        "status": report.get("status", ReportStatus.NOT_REPORTED),
        "ordinance_budget": report.get("ordinance_budget"),
        "spent": report.get("spent"),
        "cannot_reason": report.get("cannot_reason"),
        "note": "",
        "reported_at": REPORTED[round_] if report else None,
        "version": 2 if report else 1,
    }


def _told(actor: Actor, project_id: int, row: dict[str, Any], draft: Draft) -> Iterator[dict[str, Any]]:
    facts = {name: row[name] for name in ("name", "kind", "dimension", "quarters", "target_group", "objective")}
    after = facts | {"budgets": {YEAR: draft.planned}}
    organisation_id = row["organisation_id"]
    yield entry(actor, Action.RECORD, Entity.PROJECT, project_id, organisation_id, None, after, at=row["created_at"])
    for round_, report in draft.reports.items():
        key = f"{project_id}/{YEAR}/{int(round_)}"
        yield entry(actor, Action.REPORT, Entity.REPORT, key, organisation_id, None, report, at=REPORTED[round_])
