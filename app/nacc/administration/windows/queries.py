"""Reads about more time: whom it can be given, and who was given it together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from app.citizens.places.queries import filter_name
from app.db import db
from app.errors import Refusal
from app.models import Account, Organisation, WindowException
from app.models.enums import Round
from app.nacc.administration.windows.rules import Recipients, named
from app.registry.queries import find_by_code

_X, _O = WindowException, Organisation


def recipients(codes: Sequence[str], area: str) -> Recipients:
    """The open LAOs with these codes, or of a province or district. Raises Refusal for a code or place there is not."""
    if codes:
        found = {code: find_by_code(code) for code in codes}
        if unknown := [code for code, lao in found.items() if lao is None or lao.closed]:
            raise Refusal(f"ไม่พบ อปท. ที่เปิดอยู่ รหัส {named(unknown)}", "code")
        laos = [lao for lao in found.values() if lao]
        return Recipients(sorted({lao.id for lao in laos}), "code", named([lao.name for lao in laos]))
    column = _O.province_code if len(area) == 2 else _O.district_code
    wanted = select(_O.id).where(column == area, _O.closed_at.is_(None)).order_by(_O.id)
    if not (ids := list(db.session.scalars(wanted))):
        raise Refusal("ไม่มี อปท. ในพื้นที่นี้", "area")
    province, district = (area, "") if len(area) == 2 else (area[:2], area)
    return Recipients(ids, "area", f"ทุกแห่งใน{filter_name(province, district)}")


class ExtensionGroup(NamedTuple):
    """Those that were given the same time in one round, for the same reason; `first`: one of them, to find it by."""

    year: int
    round: Round
    closes_at: datetime
    reason: str
    number: int
    first: int
    words: str
    by: str


def extension_groups() -> list[ExtensionGroup]:
    """Who was given more time, the latest closing first."""
    together = (_X.fiscal_year, _X.round, _X.closes_at, _X.reason)
    grouped = (
        select(
            *together,
            func.count().label("number"),
            func.min(_X.organisation_id).label("first"),
            func.min(_O.province_code).label("province"),
            func.max(_O.province_code).label("last_province"),
            func.min(_O.district_code).label("district"),
            func.max(_O.district_code).label("last_district"),
            func.min(_O.name).label("name"),
            func.min(_O.code).label("code"),
            func.min(Account.display_name).label("by"),
        )
        .join(_O, _O.id == _X.organisation_id)
        .outerjoin(Account, Account.id == _X.given_by_id)
        .group_by(*together)
        .order_by(_X.closes_at.desc(), _X.fiscal_year, _X.round, func.min(_X.organisation_id))
        .limit(200)
    )
    return [_group(row) for row in db.session.execute(grouped)]


def _group(row: Any) -> ExtensionGroup:
    facts = row.closes_at, row.reason, row.number, row.first
    return ExtensionGroup(row.fiscal_year, Round(row.round), *facts, _words(row), row.by or "–")


def _words(row: Any) -> str:
    if row.number == 1:
        return f"{row.name} [{row.code}]"
    if row.province != row.last_province:
        return f"{row.number:,} แห่งในหลายจังหวัด"
    district = row.district if row.district == row.last_district else ""
    return f"{row.number:,} แห่งใน{filter_name(row.province, district or '')}"


class ExtendedLao(NamedTuple):
    id: int
    code: str
    name: str


def group_of(organisation_id: int, year: int, round_: int) -> tuple[WindowException, list[ExtendedLao]] | None:
    """What this LAO was given, and all that were given it together."""
    given = db.session.get(_X, (organisation_id, year, round_))
    if given is None:
        return None
    laos = select(_O.id, _O.code, _O.name).join(_X, _X.organisation_id == _O.id).where(*_with(given))
    rows = db.session.execute(laos.order_by(_O.province_code, _O.district_code, _O.name_sort))
    return given, [ExtendedLao(*row) for row in rows]


def given_together(given: WindowException, ids: Sequence[int]) -> Select[WindowException]:
    """Of `ids`, those whose time is still the same."""
    return select(_X).where(*_with(given), _X.organisation_id.in_(ids)).order_by(_X.organisation_id)


def _with(given: WindowException) -> tuple[Any, ...]:
    here = _X.fiscal_year == given.fiscal_year, _X.round == given.round
    return *here, _X.closes_at == given.closes_at, _X.reason == given.reason
