"""What can be made into a file, for which place, how long it is kept. Pure decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from app.citizens.places.rules import region_name
from app.models.enums import ExportKind, ExportWhat, Role, Round
from app.registry.rules import province_words

AT_ONCE = 5_000  # rows; above, the file is made by a job
MOST_WAITING = 5  # files of one account that are not ready yet
MOST_TRIES = 3
KEPT = timedelta(days=7)
STALE = timedelta(seconds=60)  # without a sign of life the worker is taken for dead
ALL = "all"


@dataclass(frozen=True)
class ExportRequest:
    """A file somebody asks for. `place`: "all", a NACC region ("r6") or a province ("65")."""

    what: ExportWhat
    place: str
    year: int
    round: Round
    kind: ExportKind

    @property
    def period(self) -> str:
        return f"ปีงบประมาณ {self.year} {self.round.label}"


class ExportProvince(NamedTuple):
    """A province with what its files need to know."""

    code: str
    name: str
    region: int | None


@dataclass(frozen=True)
class ExportPlace:
    """A choice of the page: its token, its name and the provinces in it, in Thai order."""

    token: str
    label: str
    provinces: tuple[ExportProvince, ...]


def places(role: Role, areas: Sequence[ExportProvince]) -> list[ExportPlace]:
    """What somebody can choose who oversees `areas`: all of them, by region, one by one."""
    whole = role is Role.ADMINISTRATOR
    found = [ExportPlace(ALL, "ทั้งประเทศ" if whole else "ทุกจังหวัดที่ดูแล", tuple(areas))] if len(areas) > 1 else []
    for region in sorted({area.region for area in areas if area.region is not None}):
        inside = tuple(area for area in areas if area.region == region)
        if len(inside) > 1:
            label = region_name(region) if whole else f"{region_name(region)} เฉพาะจังหวัดที่ดูแล"
            found.append(ExportPlace(f"r{region}", label, inside))
    return found + [ExportPlace(area.code, _province_label(area), (area,)) for area in areas]


def _province_label(area: ExportProvince) -> str:
    return province_words(area.code, area.name)


def took_away(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a change of an account took a province from it; an administrator has all."""
    if after.get("role") == Role.ADMINISTRATOR:
        return False
    lost = set(before.get("provinces", ())) - set(after.get("provinces", ()))
    return before.get("role") == Role.ADMINISTRATOR or bool(lost)
