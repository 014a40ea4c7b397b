"""The province table: every LAO of a province in one year and round. Results are public: no actor is asked for."""

from sqlalchemy import and_, select

from app.db import db
from app.errors import NotTheirs
from app.models import District, Organisation, PlanYear, Province
from app.models.enums import PlanStatus, Round
from app.reporting.counts import organisation_counts
from app.reporting.rules import Counts, PlaceRow
from app.words import thai_sort_key

NO_DISTRICT = "ไม่ระบุอำเภอ"


def province_rows(province_code: str, year: int, round_: Round) -> list[PlaceRow]:
    """The LAOs of a province, not yet in order. Raises NotTheirs for a code that is no province's."""
    counted = organisation_counts(province_code, year, round_)
    rows = db.session.execute(
        select(
            Organisation.id,
            Organisation.code,
            Organisation.name,
            Organisation.name_sort,
            District.name.label("district"),
            District.name_sort.label("district_sort"),
            PlanYear.status,
        )
        .outerjoin(District, District.code == Organisation.district_code)
        .outerjoin(PlanYear, and_(PlanYear.organisation_id == Organisation.id, PlanYear.fiscal_year == year))
        .where(Organisation.province_code == province_code, Organisation.closed_at.is_(None))
    ).all()
    if not rows and db.session.get(Province, province_code) is None:
        raise NotTheirs
    return [
        PlaceRow(
            organisation_id=row.id,
            code=row.code,
            name=row.name,
            name_sort=row.name_sort,
            district=row.district or NO_DISTRICT,
            district_sort=row.district_sort or thai_sort_key(NO_DISTRICT),
            counts=counted.get(row.id, Counts()),
            passed=row.status is PlanStatus.PASSED,
            round=round_,
        )
        for row in rows
    ]
