"""What a plan read from a file would change: its lines and what stands in the system in, new and changed out. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from app.conflicts import Differences
from app.lao.fixed_rounds.rules import ClosedRound
from app.lao.plan_files.columns import ColumnRole
from app.lao.plan_files.rules import PlanProblem, ReadLine, row_seen_from
from app.lao.projects.forms import comparison
from app.lao.projects.queries import ProjectDetail
from app.lao.projects.rules import (
    BUDGET,
    No,
    ProjectFacts,
    changed_fields,
    return_refusal,
    same_words,
    sub_heading_refusal,
)
from app.models.enums import Kind, Labelled
from app.plans.rules import YearGate, closed_year_sentence, open_years

# What a plan as it was adopted does not say of its projects: it is asked for once, for all of them.
ASKED = {
    "kind": "ประเภทงาน",
    ColumnRole.QUARTERS.value: "ไตรมาส",
    ColumnRole.TARGET.value: "กลุ่มเป้าหมาย",
    ColumnRole.OBJECTIVE.value: "วัตถุประสงค์",
}
NO_YEAR = "ไม่มีปีใดที่มีงบประมาณ ใส่จำนวนเงิน หรือขีด - (ไม่ใช้งบประมาณ) ในปีที่ดำเนินการ"


class What(Labelled):
    """What a line would do."""

    NEW = "new", "ใหม่"
    CHANGED = "changed", "เปลี่ยน"
    SAME = "same", "เหมือนเดิม"
    WRONG = "wrong", "ต้องแก้"
    ASKS = "asks", "รอข้อมูล"


class Given(NamedTuple):
    """What a clerk says once for all projects that do not say it themselves; nothing where it is still to be said."""

    kind: Kind | None = None
    quarters: tuple[int, ...] = ()
    target_group: str = ""
    objective: str = ""


class Standing(NamedTuple):
    """What the system knows when a file is checked. `refusal`: why a project cannot be changed so, or None."""

    projects: Mapping[int, ProjectDetail]
    year_gates: Sequence[YearGate]
    closed: Sequence[ClosedRound]
    refusal: Callable[[ProjectDetail, ProjectFacts], No | None]


@dataclass
class Outcome:
    """One line of the file and what it would do. `twins`: words on projects that are called alike."""

    line: ReadLine
    what: What = What.WRONG
    before: ProjectDetail | None = None
    after: ProjectFacts | None = None
    asks: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    twin: PlanProblem | None = None
    left_out: tuple[int, ...] = ()

    @property
    def moves(self) -> Differences:
        """(label, old, new) of what would change."""
        return comparison(self.before.facts, self.after) if self.before and self.after else []

    @property
    def version(self) -> int:
        return self.before.version if self.before else 0


@dataclass
class DryRun:
    """Every line with its outcome."""

    outcomes: list[Outcome] = field(default_factory=list)
    counts: Counter[What] = field(default_factory=Counter)
    asks: Counter[str] = field(default_factory=Counter)  # lines that do not say it
    filled: Counter[str] = field(default_factory=Counter)  # lines for which it was given
    left_out: Counter[int] = field(default_factory=Counter)  # lines with a budget in a year that is not open

    def of(self, what: What) -> list[Outcome]:
        return [each for each in self.outcomes if each.what is what]

    @property
    def problems(self) -> list[PlanProblem]:
        return [problem for each in self.outcomes for problem in each.line.problems]

    @property
    def twins(self) -> list[PlanProblem]:
        return [each.twin for each in self.outcomes if each.twin]

    @property
    def importable(self) -> int:
        return self.counts[What.NEW] + self.counts[What.CHANGED]

    @property
    def digest(self) -> str:
        """A print of all that would be done: another one, and somebody changed something since it was shown."""
        told = [(each.what.value, each.before and each.before.id, each.version, each.after) for each in self.outcomes]
        return sha256(repr(told).encode()).hexdigest()


def dry_run(lines: Sequence[ReadLine], standing: Standing, given: Given, years: Collection[int]) -> DryRun:
    """What each line would do. `years` of the plan period, and nothing else, can be recorded."""
    found = DryRun()
    names = _Names(standing.projects, lines)
    opened = set(open_years(standing.year_gates)) & set(years)
    for line in lines:
        outcome = Outcome(line, before=names.project_of(line), twin=names.twin_of(line))
        _decide(outcome, standing, given, opened)
        found.outcomes.append(outcome)
        found.counts[outcome.what] += 1
        found.asks.update(outcome.asks)
        found.left_out.update(outcome.left_out)
        if outcome.what is not What.WRONG:
            found.filled.update(outcome.filled)
    return found


class _Names:
    """Which project a line is about: the one with its number, else the first of its name that no other line has."""

    def __init__(self, projects: Mapping[int, ProjectDetail], lines: Sequence[ReadLine]) -> None:
        self.projects = projects
        self.taken: dict[int, ReadLine] = {}
        self.free: dict[str, list[int]] = {}
        self.first: dict[str, ReadLine] = {}
        for id_, project in sorted(projects.items()):
            self.free.setdefault(same_words(project.facts.name), []).append(id_)
        for line in lines:
            self._take_by_id(line)

    def _take_by_id(self, line: ReadLine) -> None:
        if line.project_id is None:
            return
        if line.project_id not in self.projects:
            line.wrong(f"ไม่พบรหัสรายการ {line.project_id} ในแผนของท่าน ลบรหัสออกหากเป็นรายการใหม่")
        elif (other := self.taken.setdefault(line.project_id, line)) is not line:
            line.wrong(f"รหัสรายการ {line.project_id} ซ้ำกับ{row_seen_from(other.place, line.place)}")

    def project_of(self, line: ReadLine) -> ProjectDetail | None:
        if line.project_id is not None:
            return self.projects.get(line.project_id)
        for id_ in self.free.get(same_words(line.name), ()):
            if id_ not in self.taken:
                self.taken[id_] = line
                return self.projects[id_]
        return None

    def twin_of(self, line: ReadLine) -> PlanProblem | None:
        """Called alike in the file, or in the plan: pointed out, never refused."""
        words = same_words(line.name)
        if (first := self.first.setdefault(words, line)) is not line:
            return PlanProblem(line.place, f"“{line.name}” ชื่อเดียวกับ{row_seen_from(first.place, line.place)}")
        mine = [id_ for id_, each in self.taken.items() if each is line]
        others = [id_ for id_ in self.free.get(words, ()) if id_ not in mine]
        if words and others:
            return PlanProblem(line.place, f"“{line.name}” มีชื่อนี้ในแผนแล้วอีก {len(others)} รายการ (รหัส {others[0]})")
        return None


def _decide(outcome: Outcome, standing: Standing, given: Given, opened: set[int]) -> None:
    line, before = outcome.line, outcome.before
    outcome.left_out = tuple(sorted(year for year in line.budgets if year not in opened))
    facts = _facts(outcome, given, opened)
    if not facts["budgets"]:
        shut = outcome.left_out and closed_year_sentence(outcome.left_out[0], standing.year_gates)
        line.wrong(shut or NO_YEAR, line.year_columns.get(outcome.left_out[0]) if outcome.left_out else None)
    if line.problems:
        return
    outcome.asks = tuple(name for name in ASKED if not facts[name])
    if outcome.asks:
        outcome.what = What.ASKS
        return
    outcome.after = ProjectFacts(**facts)
    no = _no(before, outcome.after, standing)
    if no:
        outcome.after = None
        line.wrong(no.message, _column_of(line, no.field))
    elif before is None:
        outcome.what = What.NEW
    else:
        outcome.what = What.CHANGED if changed_fields(before.facts, outcome.after) else What.SAME


def _no(before: ProjectDetail | None, after: ProjectFacts, standing: Standing) -> No | None:
    if before is None:
        refusal = return_refusal(after.budgets, standing.closed, "บันทึกโครงการของปีนี้")
        return No(refusal, "years") if refusal else None
    return standing.refusal(before, after) if changed_fields(before.facts, after) else None


def _column_of(line: ReadLine, name: str) -> int | None:
    year = name.removeprefix(BUDGET)
    return line.year_columns.get(int(year)) if year.isdecimal() else None


def _facts(outcome: Outcome, given: Given, opened: set[int]) -> dict[str, Any]:
    """What the line says, else what stands, else what was given for all."""
    line, stands = outcome.line, outcome.before.facts.as_dict() if outcome.before else {}
    told = stands | line.said | {"name": line.name}
    missing = [name for name in ASKED if name not in told]
    outcome.filled = tuple(missing)
    told |= {name: getattr(given, name) for name in missing}
    told.setdefault("further_dimensions", ())
    told.setdefault("dimension", 0)
    if sub_heading_refusal(told["dimension"], told.setdefault("sub_heading", None)):
        told["sub_heading"] = None  # it went with the dimension it is of
    further = tuple(number for number in told["further_dimensions"] if number != told["dimension"])
    kept = {
        year: amount
        for year, amount in stands.get("budgets", {}).items()
        if year not in line.year_columns or year not in opened
    }
    said = {year: amount for year, amount in line.budgets.items() if year in opened}
    return told | {"further_dimensions": further, "budgets": dict(sorted((kept | said).items()))}
