"""Reads of the registry. What stands here is public: no query needs to know who asks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.db import db
from app.listing import like_pattern
from app.models import District, FormerCode, Organisation, Province
from app.models.enums import OrganisationType
from app.registry.rules import NAME_LIMIT, KnownLao, Registry, RegistryFacts, whole_name
from app.words import arabic_digits, clean_line, search_key

# What people type for a type, with or without a full stop, and what the full name says.
ABBREVIATIONS = {
    "อบต": OrganisationType.SAO.label,
    "อบจ": OrganisationType.PAO.label,
    "ทต": OrganisationType.SUBDISTRICT_MUNICIPALITY.label,
    "ทม": OrganisationType.TOWN.label,
    "ทน": OrganisationType.CITY.label,
    "เทศบาลต": OrganisationType.SUBDISTRICT_MUNICIPALITY.label,
    "เทศบาลม": OrganisationType.TOWN.label,
    "เทศบาลน": OrganisationType.CITY.label,
    "กทม": OrganisationType.BANGKOK.label,
}
# Without a full stop a name can only follow the three-letter ones: ทน begins ทนง too.
_ABBREVIATED = re.compile(rf"({'|'.join(ABBREVIATIONS)})(?:\.(.*)|)|(อบต|อบจ)(.+)")
_PLACE = re.compile(r"(?:(ตำบล|ต\.)|(อำเภอ|อ\.)|(จังหวัด|จ\.))(.+)")
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class ListedOrganisation:
    """An LAO as look-ups show it. Bangkok has no district: both fields are None."""

    id: int
    code: str
    name: str
    type: OrganisationType
    province_code: str
    province: str
    district_code: str | None
    district: str | None
    closed: bool


def provinces() -> list[tuple[str, str]]:
    """Code and name of every province, in Thai order."""
    rows = db.session.execute(select(Province.code, Province.name).order_by(Province.name_sort))
    return [(code, name) for code, name in rows]


def districts(province_code: str) -> list[tuple[str, str]]:
    """Code and name of the province's districts, in Thai order."""
    rows = db.session.execute(
        select(District.code, District.name)
        .where(District.province_code == clean_line(province_code))
        .order_by(District.name_sort)
    )
    return [(code, name) for code, name in rows]


def find_by_code(code: str) -> ListedOrganisation | None:
    """The LAO with this code, in Arabic or Thai digits, now or before an upgrade; closed ones too."""
    code = arabic_digits(clean_line(code))
    former = select(FormerCode.organisation_id).where(FormerCode.code == code)
    row = db.session.execute(_listed().where(or_(Organisation.code == code, Organisation.id.in_(former)))).first()
    return ListedOrganisation(*row) if row else None


def version_of(organisation_id: int) -> int:
    return db.session.scalars(select(Organisation.version).where(Organisation.id == organisation_id)).one()


def search(
    q: str, province_code: str | None = None, district_code: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[ListedOrganisation], int]:
    """A page of the open LAOs that fit every word of `q`, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = [Organisation.closed_at.is_(None)]
    if province_code:
        wanted.append(Organisation.province_code == clean_line(province_code))
    if district_code:
        wanted.append(Organisation.district_code == clean_line(district_code))
    found = fits(q, wanted)
    order = (Province.name_sort, District.name_sort, Organisation.name_sort, Organisation.code)
    rows = db.session.execute(_listed().where(*found).order_by(*order).limit(limit).offset(offset))
    return [ListedOrganisation(*row) for row in rows], _count(found)


def _count(wanted: Iterable[ColumnElement[bool]]) -> int:
    return db.session.scalar(select(func.count()).select_from(Organisation).where(*wanted)) or 0


def _words(q: str) -> list[str]:
    return clean_line(q)[:NAME_LIMIT].split()[:MOST_WORDS]


def fits(q: str, among: Iterable[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Conditions on organisations: `among`, and one for each word of `q`. Every search for LAOs, the desks' too.

    A word fits as part of the name, as the short form of a type (อบต.ดินทอง), as the first digits of a code, also one
    the LAO had before an upgrade, or as a place (อ.วังทอง). Where nobody `among` them fits, a district or province may
    also stand beside the name without saying what it is (ดินทอง วังทอง).
    """
    among, words = list(among), _words(q)
    found = [*among, *map(_fits, words)]
    if len(words) < 2 or _count(found):
        return found
    return [*among, *(or_(_fits(word), _in_place(word)) for word in words)]


def _fits(word: str) -> ColumnElement[bool]:
    """`word` as part of the name, a type's short form, the first digits of a code, or a place: อ.วังทอง."""
    named = named_like(Organisation, word)
    digits = search_key(word)
    if digits.isdecimal():
        former = select(FormerCode.organisation_id).where(FormerCode.code.startswith(digits))
        return or_(Organisation.code.startswith(digits), Organisation.id.in_(former), named)
    if match := _ABBREVIATED.fullmatch(word):
        short, rest = match[1] or match[3], match[2] or match[4] or ""
        return or_(named, and_(named_like(Organisation, ABBREVIATIONS[short]), named_like(Organisation, rest)))
    if match := _PLACE.fullmatch(word):
        return or_(named, _in(match[4], district=match[2], province=match[3]))
    return named


def named_like(model: type[Organisation] | type[District] | type[Province], word: str) -> ColumnElement[bool]:
    """Its name has `word` in it, as a search compares."""
    return model.name_search.like(like_pattern(word), escape="/")


def _in(name: str, district: str | None, province: str | None) -> ColumnElement[bool]:
    if district:
        return Organisation.district_code.in_(select(District.code).where(named_like(District, name)))
    if province:
        return Organisation.province_code.in_(select(Province.code).where(named_like(Province, name)))
    return named_like(Organisation, name)


def _in_place(word: str) -> ColumnElement[bool]:
    """The LAO's district or province bears this name."""
    districts = select(District.code).where(District.name == word)
    provinces = select(Province.code).where(Province.name == word)
    return or_(Organisation.district_code.in_(districts), Organisation.province_code.in_(provinces))


def _listed() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Organisation.id,
            Organisation.code,
            Organisation.name,
            Organisation.type,
            Organisation.province_code,
            Province.name,
            Organisation.district_code,
            District.name,
            Organisation.closed_at.is_not(None),
        )
        .join(Province, Province.code == Organisation.province_code)
        .outerjoin(District, District.code == Organisation.district_code)
    )


def registry(*, lock: bool = False) -> Registry:
    """The whole registry as an import sees it; with `lock`, nobody else changes an LAO before the commit."""
    listed = select(
        Organisation.id,
        Organisation.closed_at.is_not(None),
        Organisation.code,
        Organisation.name,
        Organisation.type,
        Organisation.province_code,
        Organisation.district_code,
    ).order_by(Organisation.id)
    if lock:
        listed = listed.with_for_update(key_share=True)
    known = {row[0]: KnownLao(row[0], RegistryFacts(*row[2:]), closed=row[1]) for row in db.session.execute(listed)}
    former = db.session.execute(select(FormerCode.code, FormerCode.organisation_id))
    districts = db.session.execute(select(District.code, District.province_code))
    return Registry(
        organisations={each.facts.code: each for each in known.values()},
        former={code: known[id_] for code, id_ in former},
        provinces=frozenset(db.session.scalars(select(Province.code))),
        districts=dict(districts.all()),
    )


def organisation_total() -> int:
    """How many LAOs are open."""
    return (
        db.session.scalar(select(func.count()).select_from(Organisation).where(Organisation.closed_at.is_(None))) or 0
    )


@dataclass(frozen=True)
class RegistryPlace:
    """Where an LAO is, from the registry. Bangkok has no district."""

    code: str
    name: str
    type: OrganisationType
    province: str
    district: str

    @property
    def whole_name(self) -> str:
        province = self.province if self.type is OrganisationType.BANGKOK else f"จังหวัด{self.province}"
        return whole_name(self.name, self.type, f"อำเภอ{self.district}" if self.district else "", province)


def place_of(organisation_id: int) -> RegistryPlace:
    row = db.session.execute(
        select(
            Organisation.code,
            Organisation.name,
            Organisation.type,
            Province.name.label("province"),
            District.name.label("district"),
        )
        .join(Province, Province.code == Organisation.province_code)
        .outerjoin(District, District.code == Organisation.district_code)
        .where(Organisation.id == organisation_id)
    ).one()
    return RegistryPlace(row.code, row.name, row.type, row.province, row.district or "")
