"""What an import file says, what is wrong with it, and what it would change. No database here.

Two shapes are known by their header: a list of LAOs (code, name, type, province, district and, where
a code changed, the old one) and a list of upgrades (old code, new code, new type, new name).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.clock import thai_date
from app.language import in_english
from app.models.enums import OrganisationType
from app.registry.lines import OLD_CODE, BrokenFile, ImportRow, Lines, Problem, read

BANGKOK = "10"  # the province, which is an LAO of its own
NAME_LIMIT = 150
SHOWN = 40  # characters of a cell that a message repeats
TYPES = {type_.thai: type_ for type_ in OrganisationType}


class RegistryDeed(StrEnum):
    """What can happen to an LAO. Of several at once, the first in this order names it in the history."""

    ADDED = "added"
    UPGRADED = "upgraded"
    MOVED = "moved"
    RENAMED = "renamed"
    RETYPED = "retyped"


@dataclass(frozen=True)
class RegistryFacts:
    """What the registry says of one LAO."""

    code: str
    name: str
    type: OrganisationType
    province_code: str
    district_code: str | None

    @property
    def place(self) -> tuple[str, str | None]:
        return self.province_code, self.district_code


@dataclass(frozen=True)
class Effect:
    """From when a change of the registry holds, and by which paper. `typed`: somebody said so."""

    at: datetime
    document: str = ""
    typed: bool = False


@dataclass(frozen=True)
class KnownLao:
    """An LAO that is in the registry already; `since`: when it became what it is, None for always."""

    id: int
    facts: RegistryFacts
    closed: bool = False
    since: datetime | None = None


@dataclass(frozen=True)
class Registry:
    """The registry before the import: LAOs by code, the LAO of each former code, province of each district."""

    organisations: Mapping[str, KnownLao]
    former: Mapping[str, KnownLao]
    provinces: frozenset[str]
    districts: Mapping[str, str]


@dataclass(frozen=True)
class RegistryChange:
    """One LAO that the file adds (`known` is None) or makes different."""

    row: int
    known: KnownLao | None
    after: RegistryFacts

    @property
    def deeds(self) -> tuple[RegistryDeed, ...]:
        """What happens to the LAO; the new name and type of an upgrade are part of it."""
        if self.known is None:
            return (RegistryDeed.ADDED,)
        before, after = self.known.facts, self.after
        upgraded = before.code != after.code
        happened = {
            RegistryDeed.UPGRADED: upgraded,
            RegistryDeed.MOVED: before.place != after.place,
            RegistryDeed.RENAMED: before.name != after.name and not upgraded,
            RegistryDeed.RETYPED: before.type != after.type and not upgraded,
        }
        return tuple(deed for deed, true in happened.items() if true)


@dataclass(frozen=True)
class ImportPlan:
    """What an import does: its changes, and how many LAOs stay as they are or are not in the file at all."""

    changes: list[RegistryChange] = field(default_factory=list)
    unchanged: int = 0
    not_in_file: int = 0

    def count(self, deed: RegistryDeed) -> int:
        return sum(deed in change.deeds for change in self.changes)


def plan_import(
    lines: Lines, registry: Registry, effect: Effect | None = None, *, upgrades_only: bool = False
) -> ImportPlan:
    """What a file of these lines changes in `registry`. Raises BrokenFile with every problem found."""
    rows, problems = read(lines, upgrades_only=upgrades_only)
    targets = {row.number: find(row, registry) for row in rows}
    for row in rows:
        problems += [*_cell_problems(row, registry), *_code_problems(row, targets[row.number], registry)]
    problems += _repetitions(rows, targets)
    if not problems:
        planned = plan([(row, targets[row.number]) for row in rows], registry)
        problems = list(_effect_problems(planned, effect))
    if problems:
        raise BrokenFile(sorted(problems, key=lambda problem: problem.row))
    return planned


def _effect_problems(planned: ImportPlan, effect: Effect | None) -> Iterator[Problem]:
    """An LAO's past is written forwards: nothing is slipped in before what it became last."""
    for change in planned.changes if effect else ():
        since = change.known.since if change.known else None
        if effect and since and effect.at < since:
            last = thai_date(since, short=True)
            yield Problem(change.row, "", f"วันที่มีผลต้องไม่ก่อน {last} ซึ่งเป็นวันที่ทะเบียนของ อปท. นี้เปลี่ยนครั้งล่าสุด")


def plan(rows: list[tuple[ImportRow, KnownLao | None]], registry: Registry) -> ImportPlan:
    """The changes of rows that are in order, each with the LAO it speaks of."""
    changes = [RegistryChange(row.number, known, _facts(row, known)) for row, known in rows]
    told = {known.id for _, known in rows if known}
    return ImportPlan(
        changes=[change for change in changes if change.deeds],
        unchanged=sum(not change.deeds for change in changes),
        not_in_file=sum(known.id not in told and not known.closed for known in registry.organisations.values()),
    )


def find(row: ImportRow, registry: Registry) -> KnownLao | None:
    """The LAO that `row` speaks of: by the code it had before, else by its code; None where it is new.

    A change of code that was made by an earlier import finds the same LAO once more.
    """
    old, code = row.old_code, row["code"]
    if not old:
        return registry.organisations.get(code)
    known = registry.organisations.get(old) or registry.former.get(old)
    return known if known and known.facts.code in (old, code) else None


def _facts(row: ImportRow, known: KnownLao | None) -> RegistryFacts:
    if row.tells_place:
        place = row["province_code"], row["district_code"] or None
    else:
        assert known  # a list of upgrades adds nobody
        place = known.facts.place
    return RegistryFacts(row["code"], row["name"], TYPES[row["type"]], *place)


# One row


def _cell_problems(row: ImportRow, registry: Registry) -> Iterator[Problem]:
    if not is_code(row["code"]):
        yield row.problem("code", f"{_shown(row['code'])} ไม่ใช่รหัส 7 หลัก")
    if not row["name"]:
        yield row.problem("name", "ไม่มีชื่อ")
    elif len(row["name"]) > NAME_LIMIT:
        yield row.problem("name", f"ชื่อยาว {len(row['name'])} ตัวอักษร เกิน {NAME_LIMIT}")
    if row["type"] not in TYPES:
        yield row.problem("type", f"ไม่รู้จักประเภท {_shown(row['type'])} ใช้ได้: {', '.join(TYPES)}")
    if row.tells_place:
        yield from _place_problems(row, registry)


def _place_problems(row: ImportRow, registry: Registry) -> Iterator[Problem]:
    province, district = row["province_code"], row["district_code"]
    if province not in registry.provinces:
        yield row.problem("province_code", f"ไม่รู้จักจังหวัด {_shown(province)}")
    if not district:
        if row["type"] != OrganisationType.BANGKOK.label:
            yield row.problem("district_code", "ไม่มีรหัสอำเภอ เว้นว่างได้เฉพาะกรุงเทพมหานคร")
    elif district not in registry.districts:
        yield row.problem("district_code", f"ไม่รู้จักอำเภอ {_shown(district)}")
    elif registry.districts[district] != province:
        its_own = registry.districts[district]
        yield row.problem("district_code", f"อำเภอ {district} อยู่ในจังหวัด {its_own} ไม่ใช่ {_shown(province)}")


def _shown(text: str) -> str:
    """A cell quoted in a message; whole pages end up in cells by mistake."""
    return f"“{text if len(text) <= SHOWN else text[:SHOWN] + '…'}”"


def province_words(code: str, name: str) -> str:
    return name if code == BANGKOK else f"จังหวัด{name}"


def whole_name(name: str, type_: OrganisationType, district: str, province: str) -> str:
    """An LAO as papers name it; `district` and `province` begin with their อำเภอ and จังหวัด, or are empty.

    A provincial government is that of the whole province, whichever district its seat is in; Bangkok is its own.
    """
    larger = (province,) if type_ is OrganisationType.PAO else (district, province)
    return (", " if in_english() else " ").join(dict.fromkeys(word for word in (name, *larger) if word))


def is_code(text: str) -> bool:
    return re.fullmatch("[0-9]{7}", text) is not None


def _code_problems(row: ImportRow, known: KnownLao | None, registry: Registry) -> Iterator[Problem]:
    """Codes that clash with the registry: an LAO never loses its code, or a former one, to another."""
    old, code = row.old_code, row["code"]
    if not row.tells_place and not old:
        yield row.problem(OLD_CODE, "ไม่มีรหัสเดิม")
    if old and not known:
        later = registry.former.get(old)
        yield row.problem(
            OLD_CODE,
            f"รหัสเดิม {old} เปลี่ยนเป็น {later.facts.code} แล้ว" if later else f"ไม่รู้จักรหัสเดิม {_shown(old)}",
        )
    for owner, word in ((registry.organisations.get(code), "เป็น"), (registry.former.get(code), "เคยเป็น")):
        if owner and (known is None or owner.id != known.id):
            yield row.problem("code", f"รหัส {code} {word}ของ{owner.facts.name} (รหัส {owner.facts.code})")


def _repetitions(rows: list[ImportRow], targets: Mapping[int, KnownLao | None]) -> Iterator[Problem]:
    """Rows that give a code once more, or speak once more of the same LAO."""
    by_code: dict[str, int] = {}
    by_id: dict[int, int] = {}
    for row in rows:
        first = by_code.setdefault(row["code"], row.number)
        if first != row.number and row["code"]:
            yield row.problem("code", f"รหัส {row['code']} ซ้ำกับแถวที่ {first}")
            continue
        known = targets[row.number]
        if known and (first := by_id.setdefault(known.id, row.number)) != row.number:
            column = OLD_CODE if row.old_code else "code"
            yield row.problem(column, f"เป็นองค์กรเดียวกับแถวที่ {first}: {known.facts.name}")
