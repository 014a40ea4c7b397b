"""Reads of the registry. What stands here is public: no query needs to know who asks."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from app.db import db, table
from app.listing import like_pattern
from app.models import District, FormerFacts, Organisation, Province, Succession
from app.models.enums import OrganisationType
from app.registry.finding.asked import AskedPart, AskedWord, asked
from app.registry.rules import TYPES, KnownLao, Registry, RegistryFacts, whole_name
from app.words import arabic_digits, clean_line, search_key


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


def names_of_places() -> tuple[str, ...]:
    """Every name of a province, a district and an LAO, in Thai and English, also those of before."""
    columns = (
        Province.name,
        Province.name_en,
        District.full_name,
        District.name_en,
        Organisation.name,
        FormerFacts.name,
    )
    return tuple(name for column in columns for name in db.session.scalars(select(column).distinct().order_by(column)))


_PROVINCES = select(table(Province).c.code, table(Province).c.name).order_by(table(Province).c.name_sort)


def provinces() -> list[tuple[str, str]]:
    """Code and name of every province, in Thai order."""
    return [(code, name) for code, name in db.session.execute(_PROVINCES)]


def districts(province_code: str) -> list[tuple[str, str]]:
    """Code and name of the province's districts, in Thai order."""
    rows = db.session.execute(
        select(District.code, District.name)
        .where(District.province_code == clean_line(province_code))
        .order_by(District.name_sort)
    )
    return [(code, name) for code, name in rows]


class ProvinceDistricts(NamedTuple):
    """A province with its districts, (code, name) each, in Thai order."""

    code: str
    name: str
    region: int | None
    districts: list[tuple[str, str]]


def provinces_with_districts() -> list[ProvinceDistricts]:
    """The whole country in Thai order, for a pick list."""
    found = {
        row.code: ProvinceDistricts(row.code, row.name, row.nacc_region, [])
        for row in db.session.scalars(select(Province).order_by(Province.name_sort))
    }
    for row in db.session.scalars(select(District).order_by(District.name_sort)):
        found[row.province_code].districts.append((row.code, row.full_name))
    return list(found.values())


def provinces_by_region() -> dict[int | None, list[tuple[str, str]]]:
    """(code, name) of the provinces of each NACC region, in order; Bangkok is in none and stands last."""
    found: dict[int | None, list[tuple[str, str]]] = {}
    order = func.coalesce(Province.nacc_region, 99), Province.name_sort
    rows = db.session.execute(select(Province.code, Province.name, Province.nacc_region).order_by(*order))
    for code, name, region in rows:
        found.setdefault(region, []).append((code, name))
    return found


def find_by_code(code: str) -> ListedOrganisation | None:
    """The LAO with this code, in Arabic or Thai digits, now or before an upgrade; closed ones too."""
    code = arabic_digits(clean_line(code))
    called = or_(Organisation.code == code, Organisation.id.in_(once_called(code)))
    row = db.session.execute(_listed().where(called).order_by(Organisation.code != code)).first()
    return ListedOrganisation(*row) if row else None


def once_called(code: str) -> Select[int]:
    """The LAO that had this code before, by its id. The code of today is its own row's."""
    return select(FormerFacts.organisation_id).where(FormerFacts.code == code)


def version_of(organisation_id: int) -> int:
    return db.session.scalars(select(Organisation.version).where(Organisation.id == organisation_id)).one()


def fits(word: str) -> ColumnElement[bool]:
    """A condition on organisations, of which a desk shows those that `word` fits as a search understands it.

    As part of the name, as the short form of a type (อบต.ดินทอง), as the first digits of a code, also one the LAO had
    before an upgrade, or as a place (อ.วังทอง).
    """
    named, meant = called(word), asked(word)
    return or_(named, *(_meant(each) for each in meant.words)) if len(meant.words) == 1 else named


def _meant(word: AskedWord) -> ColumnElement[bool]:
    if word.is_code:
        former = select(FormerFacts.organisation_id).where(FormerFacts.code.startswith(word.key))
        return or_(Organisation.code.startswith(word.key), Organisation.id.in_(former))
    if word.types:
        return or_(*(called(type_.label, word.key) for type_ in sorted(word.types)))
    if word.part is AskedPart.DISTRICT:
        return Organisation.district_code.in_(select(District.code).where(named_like(District, word.key)))
    if word.part is AskedPart.PROVINCE:
        return Organisation.province_code.in_(select(Province.code).where(named_like(Province, word.key)))
    return named_like(Organisation, word.key)


def called(*parts: str) -> ColumnElement[bool]:
    """Its name has all `parts` in it, one it had before, or that of an LAO it goes on for.

    A type alone is no name: it is asked of what the LAOs are today.
    """

    def like(model: Any) -> ColumnElement[bool]:
        return and_(*(named_like(model, part) for part in parts))

    whole = search_key("".join(parts))
    if any(whole in search_key(type_) for type_ in TYPES):
        return like(Organisation)
    before = select(FormerFacts.organisation_id).where(like(FormerFacts))
    gone = aliased(Organisation)
    succeeded = select(Succession.successor_id).join(gone, gone.id == Succession.organisation_id).where(like(gone))
    return or_(like(Organisation), Organisation.id.in_(before), Organisation.id.in_(succeeded))


def named_like(model: Any, word: str) -> ColumnElement[bool]:
    """The name of an LAO, a district or a province has `word` in it, as a search compares."""
    found: ColumnElement[bool] = model.name_search.like(like_pattern(word), escape="/")
    return found


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
        Organisation.founded_at,
        Organisation.code,
        Organisation.name,
        Organisation.type,
        Organisation.province_code,
        Organisation.district_code,
    ).order_by(Organisation.id)
    if lock:
        listed = listed.with_for_update(key_share=True)
    past = select(FormerFacts.organisation_id, func.max(FormerFacts.until)).group_by(FormerFacts.organisation_id)
    since = dict(db.session.execute(past).all())
    known = {
        row[0]: KnownLao(row[0], RegistryFacts(*row[3:]), closed=row[1], since=since.get(row[0], row[2]))
        for row in db.session.execute(listed)
    }
    former = db.session.execute(select(FormerFacts.code, FormerFacts.organisation_id).order_by(FormerFacts.until))
    districts = db.session.execute(select(District.code, District.province_code))
    today = {each.facts.code: each for each in known.values()}
    return Registry(
        organisations=today,
        former={code: known[id_] for code, id_ in former if code not in today},
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


_O, _P, _D = table(Organisation).c, table(Province).c, table(District).c
_PLACE_OF = (
    select(_O.code, _O.name, _O.type, _P.name, func.coalesce(_D.name, ""))
    .join_from(table(Organisation), table(Province), _P.code == _O.province_code)
    .outerjoin(table(District), _D.code == _O.district_code)
    .where(_O.id == bindparam("organisation_id"))
)


def place_of(organisation_id: int) -> RegistryPlace:
    return RegistryPlace(*db.session.execute(_PLACE_OF, {"organisation_id": organisation_id}).one())
