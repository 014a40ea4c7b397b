"""What LAOs were before, what they go on in, and which there were in a past fiscal year. It is public."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from app.clock import fiscal_year_start
from app.db import db, read_once, table
from app.models import District, FormerFacts, Organisation, Province, Succession
from app.models.enums import OrganisationType
from app.registry.english import spelled

LEAST = timedelta(microseconds=1)


@dataclass(frozen=True)
class PastLao:
    """What an LAO was until a moment."""

    until: datetime
    code: str
    name: str
    type: OrganisationType
    district: str | None
    province: str


def past_of(organisation_id: int) -> list[PastLao]:
    """What the LAO was before, the latest first."""
    rows = db.session.execute(
        select(FormerFacts.until, FormerFacts.code, FormerFacts.name, FormerFacts.type, District.name, Province.name)
        .join(Province, Province.code == FormerFacts.province_code)
        .outerjoin(District, District.code == FormerFacts.district_code)
        .where(FormerFacts.organisation_id == organisation_id)
        .order_by(FormerFacts.until.desc())
    )
    return [PastLao(*row) for row in rows]


def formerly(ids: Collection[int]) -> dict[int, str]:
    """What some LAOs were called before, and those they go on for: for a line of a list, by id."""
    own = select(FormerFacts.organisation_id, FormerFacts.name, FormerFacts.code, FormerFacts.until)
    gone = select(Succession.successor_id, Organisation.name, Organisation.code, Succession.at).join(
        Organisation, Organisation.id == Succession.organisation_id
    )
    every = union_all(own, gone).subquery()
    rows = db.session.execute(select(every).where(every.c[0].in_(ids)).order_by(every.c.until, every.c.code))
    found: dict[int, list[str]] = {}
    for id_, name, code, _until in rows:
        found.setdefault(id_, []).append(f"{spelled(name)} ({code})")
    return {id_: ", ".join(dict.fromkeys(names)) for id_, names in found.items()}


@dataclass(frozen=True)
class KinLao:
    """An LAO that goes on for another, or that another goes on for; `later`: it is the one that goes on."""

    code: str
    name: str
    later: bool
    at: datetime
    document: str
    document_date: date


def kin_of(organisation_id: int) -> list[KinLao]:
    """Who goes on for the LAO, and whom it goes on for; the earliest first."""
    mine, other = Succession.organisation_id == organisation_id, aliased(Organisation)
    rows = db.session.execute(
        select(other.code, other.name, mine, Succession.at, Succession.document, Succession.document_date)
        .join(other, other.id == case((mine, Succession.successor_id), else_=Succession.organisation_id))
        .where(or_(mine, Succession.successor_id == organisation_id))
        .order_by(Succession.at, other.code)
    )
    return [KinLao(*row) for row in rows]


@dataclass(frozen=True)
class LaoThen:
    """What an LAO was at the end of a past fiscal year and no longer is; `now_in`: the province it is in now."""

    code: str
    name: str
    name_sort: str
    type: OrganisationType
    province_code: str
    district_code: str | None
    district: str | None
    district_sort: str | None
    now_in: str

    @property
    def moved(self) -> bool:
        """Whether it is in another province now."""
        return self.province_code != self.now_in


def moment_of(year: int, now: datetime) -> datetime:
    """Of which moment a fiscal year shows the registry: its last one; while it runs, or is to come, that is now."""
    return min(now, fiscal_year_start(year + 1) - LEAST)


@cache
def _once_statement() -> Select[Any]:
    """Made once: every table of a past year asks it, and putting it together takes longer than running it."""
    f, d, o = table(FormerFacts).c, table(District).c, table(Organisation).c
    lasted = select(f.organisation_id, func.min(f.until).label("until"))
    first = lasted.where(f.until >= bindparam("end", type_=f.until.type)).group_by(f.organisation_id).subquery()
    return (
        select(
            *(f.organisation_id, f.code, f.name, f.name_sort, f.type, f.province_code, f.district_code),
            *(d.name, d.name_sort, o.province_code),
        )
        .select_from(table(FormerFacts))
        .join(first, (first.c.organisation_id == f.organisation_id) & (first.c.until == f.until))
        .join(table(Organisation), o.id == f.organisation_id)
        .outerjoin(table(District), d.code == f.district_code)
    )


def laos_then(year: int, now: datetime, connection: Connection | None = None) -> Mapping[int, LaoThen]:
    """The LAOs that were something else at the end of that fiscal year, by id; none of a year that is not over."""
    end = fiscal_year_start(year + 1)
    return {} if now < end else _laos_at(end, connection)


@read_once
def _laos_at(end: datetime, connection: Connection | None) -> Mapping[int, LaoThen]:
    rows = (connection or db.session).execute(_once_statement(), {"end": end})
    return {id_: LaoThen(*facts) for id_, *facts in rows}
