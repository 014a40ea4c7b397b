"""Who has done most. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from app.lao.reporting.rules import LAST, ProvinceTableRow, table_order
from app.models.enums import PlaceKind


class RankingWords(NamedTuple):
    """What a ranking says of itself, by what it ranks."""

    heading: str
    title: str  # with the place that it is of
    about: str
    without: str
    nobody: str
    own: str


RANKINGS = {
    PlaceKind.ORGANISATION: RankingWords(
        "อันดับ อปท.",
        "อันดับ อปท. {place}",
        "หน้านี้เรียง อปท. ที่รายงานผลแล้วตามร้อยละของโครงการที่แล้วเสร็จ จากมากไปน้อย ร้อยละเท่ากันได้อันดับเดียวกัน",
        "แห่งที่แผนไม่ผ่าน หรือยังไม่รายงานผล",
        "ยังไม่มี อปท. ที่จัดอันดับได้",
        "อปท. ของท่าน",
    ),
    PlaceKind.DISTRICT: RankingWords(
        "อันดับอำเภอ",
        "อันดับอำเภอ {place}",
        "หน้านี้เรียงอำเภอตามร้อยละของโครงการที่แล้วเสร็จของ อปท. ทุกแห่งในอำเภอรวมกัน จากมากไปน้อย ร้อยละเท่ากันได้อันดับเดียวกัน "
        "อปท. ที่ไม่อยู่ในอำเภอใดไม่อยู่ในอันดับนี้",
        "แห่งที่ยังไม่มี อปท. ใดรายงานผล",
        "ยังไม่มีอำเภอที่จัดอันดับได้",
        "อำเภอของท่าน",
    ),
    PlaceKind.PROVINCE: RankingWords(
        "อันดับจังหวัด",
        "อันดับจังหวัด {place}",
        "หน้านี้เรียงจังหวัดตามร้อยละของโครงการที่แล้วเสร็จของ อปท. ทุกแห่งในจังหวัดรวมกัน จากมากไปน้อย ร้อยละเท่ากันได้อันดับเดียวกัน",
        "แห่งที่ยังไม่มี อปท. ใดรายงานผล",
        "ยังไม่มีจังหวัดที่จัดอันดับได้",
        "จังหวัดของท่าน",
    ),
}
_RANKED_IN = {
    PlaceKind.COUNTRY: (PlaceKind.ORGANISATION, PlaceKind.DISTRICT, PlaceKind.PROVINCE),
    PlaceKind.REGION: (PlaceKind.ORGANISATION, PlaceKind.DISTRICT, PlaceKind.PROVINCE),
    PlaceKind.PROVINCE: (PlaceKind.ORGANISATION, PlaceKind.DISTRICT),
}


def ranked_in(kind: PlaceKind) -> tuple[PlaceKind, ...]:
    """What can be ranked inside a place of that kind; LAOs everywhere, and first."""
    return _RANKED_IN.get(kind, (PlaceKind.ORGANISATION,))


class RankedLao(NamedTuple):
    """An LAO that reported, and its place among others that did: 1 is the highest percent, equal ones share theirs."""

    rank: int
    row: ProvinceTableRow


def ranked(rows: Iterable[ProvinceTableRow]) -> list[RankedLao]:
    """In the order of a table without groups; whose plan did not pass, and who has not reported, has no rank."""
    order = sorted((row for row in rows if row.level not in LAST), key=table_order)
    return list(map(RankedLao, ranks([row.percent for row in order]), order))


def ranks(percents: Sequence[Decimal]) -> list[int]:
    """Of percents that stand from high to low: 1 is the highest, equal ones share theirs."""
    highest: dict[Decimal, int] = {}
    for place, percent in enumerate(percents, start=1):
        highest.setdefault(percent, place)
    return [highest[percent] for percent in percents]
