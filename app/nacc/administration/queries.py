"""Reads for administrators. The permission opens these pages; they show the whole country."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from app.db import db
from app.listing import like_pattern
from app.models import (
    Account,
    AccountProvince,
    Organisation,
    Project,
    Province,
    RejectionReason,
    Setting,
    Window,
    WindowException,
)
from app.models.enums import Role, Round
from app.nacc.administration.rules import in_regions
from app.nacc.desk.queries import PAGE_SIZE
from app.nacc.desk.rules import DeskFilter
from app.plans.queries import periods
from app.plans.rules import ReportWindow, report_window
from app.registry.queries import find_by_code, provinces_by_region
from app.words import arabic_digits


@dataclass(frozen=True)
class StaffRow:
    id: int
    username: str
    name: str
    role: Role
    provinces: list[str]
    last_login_at: datetime | None
    locked: bool
    invited: bool
    version: int


def staff() -> list[StaffRow]:
    """Every NACC account with its provinces, whole regions by their number."""
    given: dict[int, dict[str, str]] = {}
    rows = db.session.execute(
        select(AccountProvince.account_id, Province.code, Province.name)
        .join(Province, Province.code == AccountProvince.province_code)
        .order_by(Province.name_sort)
    )
    for account_id, code, name in rows:
        given.setdefault(account_id, {})[code] = name
    country = provinces_by_region()
    accounts = db.session.scalars(select(Account).where(Account.username.is_not(None)).order_by(Account.username))
    return [
        StaffRow(
            id=account.id,
            username=account.username or "",
            name=account.display_name,
            role=account.role,
            provinces=in_regions(given.get(account.id, {}), country),
            last_login_at=account.last_login_at,
            locked=account.locked_at is not None,
            invited=account.password_hash is None,
            version=account.version,
        )
        for account in accounts
    ]


def province_codes_of(account_id: int) -> list[str]:
    return list(
        db.session.scalars(select(AccountProvince.province_code).where(AccountProvince.account_id == account_id))
    )


def staff_facts(account: Account) -> dict[str, Any]:
    """What an administrator can change of a NACC account."""
    provinces = sorted(province_codes_of(account.id))
    return {"name": account.display_name, "role": account.role, "provinces": provinces}


def active_administrators() -> int:
    wanted = Account.role == Role.ADMINISTRATOR, Account.locked_at.is_(None), Account.password_hash.is_not(None)
    return db.session.scalar(select(func.count()).select_from(Account).where(*wanted)) or 0


def windows() -> list[tuple[ReportWindow, int]]:
    """The window of every year and round, the latest year first, with its version (0: by default)."""
    set_ones = {(row.fiscal_year, row.round): row for row in db.session.scalars(select(Window))}
    found: list[tuple[ReportWindow, int]] = []
    for period in reversed(periods()):
        for year in reversed(period.years):
            for round_ in Round:
                row = set_ones.get((year, int(round_)))
                times = (row.opens_at, row.closes_at) if row else None
                found.append((report_window(year, round_, times, None), row.version if row else 0))
    return found


def more_time(code: str, year: int, round_: int) -> WindowException | None:
    """The time the LAO with this code was given before."""
    found = find_by_code(code)
    return db.session.get(WindowException, (found.id, year, round_)) if found else None


def deleted_projects(asked: DeskFilter) -> tuple[Sequence[Any], int]:
    """A page of deleted projects, the latest first, and how many there are."""
    wanted: list[Any] = [Project.deleted_at.is_not(None)]
    for word in asked.words:
        keys = (Project.name_search, Organisation.name_search)
        named = [key.like(like_pattern(word), escape="/") for key in keys]
        wanted.append(or_(*named, Organisation.code == arabic_digits(word)))
    listed = select(Project.id, Project.name, Project.deleted_at, Project.version, Organisation.name.label("lao"))
    listed = listed.join(Organisation, Organisation.id == Project.organisation_id).where(*wanted)
    total = db.session.scalar(select(func.count()).select_from(listed.subquery())) or 0
    rows = db.session.execute(
        listed.order_by(Project.deleted_at.desc(), Project.id).limit(PAGE_SIZE).offset((asked.page - 1) * PAGE_SIZE)
    ).all()
    return rows, total


def reasons() -> list[RejectionReason]:
    """Every rejection reason, also those no longer offered."""
    return list(db.session.scalars(select(RejectionReason).order_by(RejectionReason.position, RejectionReason.id)))


def kept_setting(name: str) -> Setting | None:
    return db.session.get(Setting, name)
