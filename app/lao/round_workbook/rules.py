"""A round that was filled in offline: what its file says, what it was made from, and what stands there now.

Of each field there are three values. What the file left alone keeps what it is now; what only the file changed is
changed; where both sides changed it, the person chooses. Facts in, answer out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2s
from typing import Any, NamedTuple

from app.lao.projects.rules import same_words
from app.lao.reporting.rules import ReportFacts, cannot_words, facts_of
from app.models.enums import CannotReason, ReportStatus, Round
from app.words import baht

NOT_IN_FILE = "ช่องว่างไม่เปลี่ยนค่าเดิม"


class RoundOf(NamedTuple):
    """Whose round a file is of."""

    organisation_id: int
    year: int
    round: Round

    @property
    def words(self) -> str:
        return f"{self.round.label} ปีงบประมาณ {self.year}"


class MadeFrom(NamedTuple):
    """A project's report when the file was made. `name`: a print of the project's name."""

    of: RoundOf
    project_id: int
    version: int
    name: str
    facts: ReportFacts

    def plain(self) -> list[Any]:
        return [list(self.of), self.project_id, self.version, self.name, plain_report(self.facts)]

    @classmethod
    def read(cls, plain: Any) -> "MadeFrom":
        (organisation_id, year, round_), project_id, version, name, facts = plain
        return cls(RoundOf(organisation_id, year, Round(round_)), project_id, version, name, report_in(facts))


class ReadRow(NamedTuple):
    """A row of a file that says something new: `facts` as it says them, `base` as they were when it was made.

    No `base`: the file does not say what it was made from, so it is held against what stands there now.
    """

    number: int
    project_id: int
    facts: ReportFacts
    base: ReportFacts | None


def name_print(name: str) -> str:
    return blake2s(same_words(name).encode(), digest_size=6).hexdigest()


def plain_report(facts: ReportFacts) -> list[Any]:
    """As JSON keeps it."""
    return [value if value is None else str(value) for value in facts.as_dict().values()]


def report_in(plain: Collection[Any]) -> ReportFacts:
    """What `plain_report` was made of. Raises ValueError."""
    said = dict(zip(ReportFacts.__dataclass_fields__, plain, strict=True))
    reason = said["cannot_reason"]
    exact = {name: None if said[name] is None else Decimal(said[name]) for name in ("ordinance_budget", "spent")}
    return ReportFacts(
        **said
        | exact
        | {"status": ReportStatus(said["status"]), "cannot_reason": CannotReason(reason) if reason else None}
    )


# --- three values of a field ----------------------------------------------------------------------
LABELS = {
    "status": "สถานะและเหตุผล",
    "ordinance_budget": "ตามข้อบัญญัติ/เทศบัญญัติ",
    "spent": "เบิกจ่ายจริง",
    "note": "หมายเหตุ",
    "obstacles": "ปัญหาอุปสรรค",
    "suggestions": "ข้อเสนอแนะ",
}


def in_words(name: str, value: Any) -> str:
    """A field of `ReportFacts.as_fields`, as screens show it."""
    if name == "status":
        status, reason, text = value
        return " – ".join(filter(None, (status.label, cannot_words(reason, text))))
    return baht(value) if name in ("ordinance_budget", "spent") else value or "–"


class CellChange(NamedTuple):
    """A field that a file changes: as it stands now, and as the file has it."""

    label: str
    old: str
    new: str


class CellConflict(NamedTuple):
    """A field that was changed on both sides. `name`: of the choice; `from_file`: the file's value is chosen."""

    name: str
    label: str
    base: str
    theirs: str
    ours: str
    from_file: bool


@dataclass(frozen=True)
class Together:
    """What a row comes to: `facts` to save, what changes without a question, and what is a question."""

    facts: ReportFacts
    changes: tuple[CellChange, ...]
    conflicts: tuple[CellConflict, ...]


def together(row: ReadRow, now: ReportFacts, from_file: Collection[str] = ()) -> Together:
    """`from_file`: names of the choices that were made for the file; else what stands there now stays."""
    ours, theirs = row.facts.as_fields(), now.as_fields()
    nothing_yet = now.status is ReportStatus.NOT_REPORTED
    base = theirs if row.base is None or nothing_yet else row.base.as_fields()
    taken, changes, conflicts = dict(theirs), [], []
    for name, label in LABELS.items():
        was, is_now, wanted = base[name], theirs[name], ours[name]
        if wanted in (is_now, was):
            continue
        if was == is_now:
            taken[name] = wanted
            changes.append(CellChange(label, in_words(name, is_now), in_words(name, wanted)))
            continue
        choice = f"take-{row.project_id}-{name}"
        chosen = choice in from_file
        taken[name] = wanted if chosen else is_now
        old, theirs_said, ours_said = (in_words(name, value) for value in (was, is_now, wanted))
        conflicts.append(CellConflict(choice, label, old, theirs_said, ours_said, chosen))
    return Together(facts_of(taken), tuple(changes), tuple(conflicts))


# --- the dry run ------------------------------------------------------------------------------------
class RowPreview(NamedTuple):
    """A row that would change a report; `questions`: of unusual amounts."""

    number: int
    name: str
    together: Together
    questions: tuple[str, ...]


@dataclass
class RoundPreview:
    """What a file would change. `wrong`: rows with a mistake, which are left out; `unchanged`: rows as they stand."""

    wrong: int = 0
    unchanged: int = 0
    notes: list[str] = field(default_factory=list)
    rows: list[RowPreview] = field(default_factory=list)
    sealed: list[Any] = field(default_factory=list)

    @property
    def cells(self) -> int:
        return sum(len(row.together.changes) + len(row.together.conflicts) for row in self.rows)

    @property
    def conflicts(self) -> int:
        return sum(bool(row.together.conflicts) for row in self.rows)


class SeenRow(NamedTuple):
    """A row that a dry run showed, and the version of the report it was shown against."""

    row: ReadRow
    version: int

    def plain(self) -> list[Any]:
        number, project_id, facts, base = self.row
        return [number, project_id, plain_report(facts), base and plain_report(base), self.version]

    @classmethod
    def read(cls, plain: Any) -> "SeenRow":
        number, project_id, facts, base, version = plain
        return cls(ReadRow(number, project_id, report_in(facts), base and report_in(base)), version)


def foreign_sentence(made_from: Iterable[MadeFrom], here: RoundOf) -> str:
    """Why a file is not of this round, in Thai; empty where all that it says of itself is."""
    other = next((each.of for each in made_from if each.of != here), None)
    if other is None:
        return ""
    if other.organisation_id != here.organisation_id:
        return "ไฟล์นี้เป็นของ อปท. อื่น ยังไม่มีอะไรเปลี่ยน ดาวน์โหลดไฟล์ของ อปท. ของท่านจากหน้านี้ แล้วกรอกใหม่"
    return f"ไฟล์นี้เป็นของ{other.words} ไม่ใช่{here.words} เลือกปีและรอบให้ตรงกับไฟล์ แล้วส่งอีกครั้ง"
