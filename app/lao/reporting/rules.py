"""Who counts, percent, level and order: the only place that decides them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import urlencode

from app.models.enums import CannotReason, Labelled, Level, OrganisationType, ReportStatus, Round
from app.words import half_up

# Per cent of the total that must be done, by round: at least this is มาก, at least that ปานกลาง.
THRESHOLDS: dict[Round, tuple[int, int]] = {Round.SIX: (50, 20), Round.TWELVE: (80, 50)}
HUNDRED = Decimal(100)
NO_BAHT = Decimal("0.00")
SAID_TOGETHER = ("status", "cannot_reason", "cannot_text")
# Any report at all, whatever it says.
REPORTED = frozenset({ReportStatus.IN_PROGRESS, ReportStatus.DONE, ReportStatus.CANNOT})


class ReportingRound(NamedTuple):
    """One round of one fiscal year: what results are of."""

    year: int
    round: Round

    @property
    def query(self) -> str:
        """As addresses say it."""
        return urlencode({"year": self.year, "round": int(self.round)})


@dataclass(frozen=True)
class ReportFacts:
    """What an LAO reports of one project in one round. No ordinance budget: not in the ordinance; baht otherwise."""

    status: ReportStatus
    ordinance_budget: Decimal | None = None
    spent: Decimal | None = None
    cannot_reason: CannotReason | None = None
    cannot_text: str | None = None
    note: str = ""
    obstacles: str = ""
    suggestions: str = ""

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def as_fields(self) -> dict[str, Any]:
        """An entry for what is said together: a reason belongs to its status."""
        fields = self.as_dict()
        return {"status": tuple(fields.pop(name) for name in SAID_TOGETHER), **fields}


def facts_of(fields: Mapping[str, Any]) -> ReportFacts:
    """What `as_fields` was made of, also where the fields come from two windows."""
    return ReportFacts(**{**fields, **dict(zip(SAID_TOGETHER, fields["status"], strict=True))})


def field_address(project_id: int, year: int, round_: Round, field: str) -> str:
    """Where a field of a report stands: its form is opened with that field in sight and ready to be typed in."""
    first = "-0" if field == "status" else ""  # a choice has no place to type: its first button
    anchor = f"#{field}-{project_id}{first}" if field else ""
    return f"/reporting/{project_id}/{year}/{int(round_)}?year={year}&round={int(round_)}{anchor}"


def kept_facts(kept: Mapping[str, Any] | None) -> ReportFacts:
    """What the history keeps of a report, read back; None was not reported yet."""
    told = kept or {"status": ReportStatus.NOT_REPORTED}
    read: dict[str, Any] = {"status": ReportStatus(told["status"])}
    for name, of in (("ordinance_budget", Decimal), ("spent", Decimal), ("cannot_reason", CannotReason)):
        read[name] = of(told[name]) if told.get(name) is not None else None
    read |= {name: told.get(name) or "" for name in ("note", "obstacles", "suggestions")}
    return ReportFacts(cannot_text=told.get("cannot_text"), **read)


def cannot_words(reason: CannotReason | None, text: str | None) -> str:
    """Why a project cannot be done, as the LAO said it; empty for every other status."""
    if reason is None:
        return ""
    return text if reason is CannotReason.OTHER and text else reason.label


@dataclass(frozen=True)
class Counts:
    """Projects that count, by status, for one place, fiscal year and round."""

    in_progress: int = 0
    done: int = 0
    cannot: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.in_progress + self.done + self.cannot + self.waiting

    @property
    def reported(self) -> int:
        return self.total - self.waiting

    @property
    def percent(self) -> Decimal:
        return percent_done(self.done, self.total)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.in_progress + other.in_progress,
            self.done + other.done,
            self.cannot + other.cannot,
            self.waiting + other.waiting,
        )


@dataclass(frozen=True)
class Money:
    """Sums in baht over the projects that count."""

    planned: Decimal = NO_BAHT
    ordinance: Decimal = NO_BAHT
    spent: Decimal = NO_BAHT
    in_ordinance: int = 0

    @property
    def percent(self) -> Decimal | None:
        return budget_percent(self.spent, self.planned)

    def __add__(self, other: "Money") -> "Money":
        return Money(
            self.planned + other.planned,
            self.ordinance + other.ordinance,
            self.spent + other.spent,
            self.in_ordinance + other.in_ordinance,
        )


Sums = Mapping[int, tuple[Counts, Money]]  # by dimension


def counts_of(statuses: Iterable[tuple[ReportStatus, int]]) -> Counts:
    """Counts from (status, number) pairs, as a GROUP BY gives them."""
    by_status: dict[ReportStatus, int] = {}
    for status, number in statuses:
        by_status[status] = by_status.get(status, 0) + number
    return Counts(
        in_progress=by_status.get(ReportStatus.IN_PROGRESS, 0),
        done=by_status.get(ReportStatus.DONE, 0),
        cannot=by_status.get(ReportStatus.CANNOT, 0),
        waiting=by_status.get(ReportStatus.NOT_REPORTED, 0),
    )


@lru_cache(maxsize=16_384)
def percent_done(done: int, total: int) -> Decimal:
    """done ÷ total × 100, two decimals, half up; 0.00 where total is 0. Always within 0..100."""
    return half_up(HUNDRED * done / total) if total else Decimal("0.00")


def budget_percent(spent: Decimal, planned: Decimal) -> Decimal | None:
    """spent ÷ planned × 100; None ("–") where nothing was planned. It may exceed 100."""
    return half_up(HUNDRED * spent / planned) if planned else None


def level(round_: Round, done: int, total: int, reported: int, *, passed: bool) -> Level:
    """The level of one LAO in one round, from the exact ratio, not from the rounded percent."""
    if not passed:
        return Level.NOT_PASSED
    if not reported:
        return Level.NOT_REPORTED
    high, medium = THRESHOLDS[round_]
    if done * 100 >= high * total:
        return Level.HIGH
    return Level.MEDIUM if done * 100 >= medium * total else Level.LOW


@dataclass(frozen=True)
class PlotBar:
    """One bar of a plot: `start` and `width` in per cent of the whole."""

    status: ReportStatus
    number: int
    start: Decimal
    width: Decimal

    @property
    def middle(self) -> Decimal:
        return self.start + self.width / 2


def plot_bars(counts: Counts) -> list[PlotBar]:
    """The statuses that occur, side by side, as bars of a plot."""
    numbers = (
        (ReportStatus.DONE, counts.done),
        (ReportStatus.IN_PROGRESS, counts.in_progress),
        (ReportStatus.CANNOT, counts.cannot),
        (ReportStatus.NOT_REPORTED, counts.waiting),
    )
    found: list[PlotBar] = []
    before = 0
    for status, number in numbers:
        if number:
            start, end = percent_done(before, counts.total), percent_done(before + number, counts.total)
            found.append(PlotBar(status, number, start, end - start))
        before += number
    return found


class Summed:
    """Counts and money of any place in one year and round, in total and by dimension."""

    by_dimension: Mapping[int, tuple[Counts, Money]]

    @cached_property
    def counts(self) -> Counts:
        return sum((counts for counts, _money in self.by_dimension.values()), Counts())

    @cached_property
    def money(self) -> Money:
        return sum((money for _counts, money in self.by_dimension.values()), Money())

    @property
    def plot_bars(self) -> list[PlotBar]:
        return plot_bars(self.counts)

    def dimension(self, number: int) -> tuple[Counts, Money]:
        """Counts and money of one dimension; nothing where it has no project."""
        return self.by_dimension.get(number, (Counts(), Money()))


@dataclass(frozen=True)
class RoundSummary(Summed):
    """One LAO in one year and round."""

    round: Round
    passed: bool
    by_dimension: Mapping[int, tuple[Counts, Money]]

    @property
    def level(self) -> Level:
        return level(self.round, self.counts.done, self.counts.total, self.counts.reported, passed=self.passed)

    @property
    def thresholds(self) -> tuple[int, int]:
        return THRESHOLDS[self.round]


@dataclass(frozen=True)
class PlaceSummary(Summed):
    """A place with many LAOs in one year and round: only an LAO has a level, so a place has LAOs by level."""

    round: Round
    levels: Mapping[Level, int]
    by_dimension: Mapping[int, tuple[Counts, Money]]
    tens: Mapping[int, int] = field(default_factory=dict)  # LAOs by the ten that their percent lies in

    @property
    def laos(self) -> int:
        return sum(self.levels.values())

    @property
    def passed(self) -> int:
        """How many LAOs have a plan that passed."""
        return self.laos - self.levels.get(Level.NOT_PASSED, 0)

    def __add__(self, other: "PlaceSummary") -> "PlaceSummary":
        return PlaceSummary(
            self.round,
            Counter(self.levels) + Counter(other.levels),
            add_up(self.by_dimension, other.by_dimension),
            Counter(self.tens) + Counter(other.tens),
        )


def add_up(*sums: Sums) -> dict[int, tuple[Counts, Money]]:
    """Sums by dimension of several places, as those of one."""
    whole: dict[int, tuple[Counts, Money]] = {}
    for each in sums:
        for dimension, (counts, money) in each.items():
            so_far = whole.get(dimension)
            whole[dimension] = (so_far[0] + counts, so_far[1] + money) if so_far else (counts, money)
    return whole


class ProvinceTableRow(NamedTuple):
    """One LAO in a province table."""

    organisation_id: int
    code: str
    name: str
    name_sort: str
    district: str
    district_sort: str
    counts: Counts
    passed: bool
    round: Round
    type: OrganisationType = OrganisationType.SAO
    district_code: str | None = None
    province_code: str = ""

    @property
    def percent(self) -> Decimal:
        return self.counts.percent

    @property
    def level(self) -> Level:
        return level(self.round, self.counts.done, self.counts.total, self.counts.reported, passed=self.passed)

    @property
    def marked_name(self) -> str:
        """The name, with ** where the plan was not sent or did not pass."""
        return self.name if self.passed else f"** {self.name}"


class Grouping(Labelled):
    """What a province table is grouped by; in a group the order is always the same."""

    DISTRICT = "district", "อำเภอ"
    TYPE = "type", "ประเภท อปท."
    LEVEL = "level", "ระดับ"

    def key(self, row: ProvinceTableRow) -> tuple[Any, str]:
        """Where the row's group stands among the others, and what it is called."""
        match self:
            case Grouping.TYPE:
                return TYPES.index(row.type), row.type.label
            case Grouping.LEVEL:
                return LEVELS.index(row.level), row.level.label
            case _:
                return row.district_sort, row.district


TYPES, LEVELS = tuple(OrganisationType), tuple(Level)
LAST = {Level.NOT_REPORTED: 1, Level.NOT_PASSED: 2}


def in_table_order(
    rows: Iterable[ProvinceTableRow], by: Grouping = Grouping.DISTRICT
) -> list[tuple[str, list[ProvinceTableRow]]]:
    """Groups in order; in each percent downward, then name; not reported after those, not passed last."""
    keyed = sorted(((*by.key(row), table_order(row), row) for row in rows), key=itemgetter(0, 2))
    groups: dict[str, list[ProvinceTableRow]] = {}
    for _place, label, _order, row in keyed:
        groups.setdefault(label, []).append(row)
    return list(groups.items())


def table_order(row: ProvinceTableRow) -> tuple[Any, ...]:
    return LAST.get(row.level, 0), -row.percent, row.name_sort, row.code
