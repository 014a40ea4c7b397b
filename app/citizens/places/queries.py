"""Finding places by their codes. What stands in the registry is public: no actor is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import String, cast, select

from app.citizens.places.rules import Place, is_code, path_of, region_name
from app.db import db, table
from app.errors import NotTheirs
from app.language import in_english, said
from app.models import District, Province
from app.models.enums import PlaceKind
from app.registry.english import spelled
from app.registry.finding.index import Among, KnownPlace
from app.registry.finding.queries import find_places
from app.registry.past import formerly
from app.registry.queries import find_by_code
from app.registry.rules import province_words

_P, _D = table(Province).c, table(District).c


def find(kind: PlaceKind, code: str) -> Place:
    """The place with this code. Raises NotTheirs where there is none."""
    if kind is not PlaceKind.COUNTRY and not is_code(code):
        raise NotTheirs
    match kind:
        case PlaceKind.COUNTRY:
            return country()
        case PlaceKind.REGION:
            return _region(code)
        case PlaceKind.PROVINCE:
            return _province(code)
        case PlaceKind.DISTRICT:
            return _district(code)
        case PlaceKind.ORGANISATION:
            return _organisation(code)


def country() -> Place:
    codes = db.session.scalars(select(_P.code).order_by(_P.code)).all()
    return Place(PlaceKind.COUNTRY, "", said("ทั้งประเทศ"), tuple(codes))


def _region(code: str) -> Place:
    inside = select(_P.code).where(cast(_P.nacc_region, String) == code).order_by(_P.code)
    codes = db.session.scalars(inside).all()
    if not codes:
        raise NotTheirs
    return Place(PlaceKind.REGION, code, region_name(int(code)), tuple(codes), (country(),))


def _province(code: str) -> Place:
    row = db.session.execute(select(_P.name, _P.nacc_region).where(_P.code == code)).first()
    if row is None:
        raise NotTheirs
    above = _region(str(row.nacc_region)) if row.nacc_region else country()
    return Place(PlaceKind.PROVINCE, code, spelled(province_words(code, row.name)), (code,), (*above.parents, above))


def _district(code: str) -> Place:
    row = db.session.execute(select(_D.full_name, _D.province_code).where(_D.code == code)).first()
    if row is None:
        raise NotTheirs
    above = _province(row.province_code)
    return Place(PlaceKind.DISTRICT, code, spelled(row.full_name), above.province_codes, (*above.parents, above))


def _organisation(code: str) -> Place:
    """By the code of today or one it had before: an address in an old report still leads somewhere."""
    lao = find_by_code(code)
    if lao is None:
        raise NotTheirs
    above = _district(lao.district_code) if lao.district_code else _province(lao.province_code)
    parents = (*above.parents, above)
    return Place(PlaceKind.ORGANISATION, lao.code, spelled(lao.name), above.province_codes, parents, lao.id, lao.type)


@dataclass(frozen=True)
class FoundPlace:
    """A place that a search found, with the words that tell it from others of its name."""

    kind: PlaceKind
    code: str
    name: str
    where: str
    formerly: str = ""
    closed: bool = False

    @property
    def path(self) -> str:
        return path_of(self.kind, self.code)


@dataclass(frozen=True)
class FoundPlaces:
    """`total`: how many fit, of which `fitting` are shown; `near`: others that may be meant."""

    fitting: list[FoundPlace] = field(default_factory=list)
    near: list[FoundPlace] = field(default_factory=list)
    total: int = 0


def filter_name(province: str, district: str) -> str:
    """What a filter of a NACC desk by these codes is called; a code that names no place stands for itself."""
    chosen = ((PlaceKind.PROVINCE, province), (PlaceKind.DISTRICT, district))
    return " ".join(_name(kind, code) for kind, code in chosen if code) or "ทุกจังหวัดที่ท่านดูแล"


def _name(kind: PlaceKind, code: str) -> str:
    try:
        return find(kind, code).name
    except NotTheirs:
        return f"{kind.label} {code}"


MOST_FOUND = 60
_EVERY_KIND = Among(frozenset({PlaceKind.PROVINCE, PlaceKind.DISTRICT, PlaceKind.ORGANISATION}), closed=True)


def search(q: str) -> FoundPlaces:
    """Provinces, districts and LAOs, closed ones too: their years are still told."""
    found = find_places(q, _EVERY_KIND)
    shown = found.fitting[:MOST_FOUND]
    laos = [each.id for each in (*shown, *found.near) if each.kind is PlaceKind.ORGANISATION]
    before = formerly(laos)
    return FoundPlaces(
        [_found(each, before) for each in shown], [_found(each, before) for each in found.near], len(found.fitting)
    )


def _found(place: KnownPlace, before: Mapping[int, str]) -> FoundPlace:
    is_lao = place.kind is PlaceKind.ORGANISATION
    larger = f"อำเภอ{place.district}" if is_lao and place.district else ""
    province = "" if place.kind is PlaceKind.PROVINCE else province_words(place.province_code, place.province)
    where = (spelled(word) for word in (larger, province) if word and word != place.name)
    told = (", " if in_english() else " ").join(where)
    return FoundPlace(
        place.kind, place.code, spelled(place.name), told, before.get(place.id, "") if is_lao else "", place.closed
    )
