"""Who has done most. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from app.lao.reporting.rules import LAST, ProvinceTableRow, table_order


class RankedLao(NamedTuple):
    """An LAO that reported, and its place among others that did: 1 is the highest percent, equal ones share theirs."""

    rank: int
    row: ProvinceTableRow


def ranked(rows: Iterable[ProvinceTableRow]) -> list[RankedLao]:
    """In the order of a table without groups; whose plan did not pass, and who has not reported, has no rank."""
    found: list[RankedLao] = []
    for place, row in enumerate(sorted((row for row in rows if row.level not in LAST), key=table_order), start=1):
        shared = found and found[-1].row.percent == row.percent
        found.append(RankedLao(found[-1].rank if shared else place, row))
    return found
