"""Made-up reports with patterns planted in them, and with innocent ones that look much alike.

The base is the made-up country's (app/seeds/country.py): its projects, budgets, statuses and notes. What that leaves
to chance and an LAO would not do by itself is put right first: a project that is done stays done, and was paid for.
Then each report gets its moment out of sittings as clerks have them, and patterns are planted, with sizes drawn from
both sides of the thresholds. The same seed plants the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from random import Random
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update

from app import clock
from app.db import db, table, transaction
from app.models import HistoryEntry, Organisation, Project, ProjectYear, Report, Window
from app.models.enums import OrganisationType, ReportStatus, Role, Round, SignKind
from app.seeds.country import fill_country
from app.words import THAI_DIGITS, thai_sort_key

YEAR = 2561
CLOSINGS = {
    Round.SIX: datetime(2018, 5, 1, tzinfo=clock.BANGKOK),
    Round.TWELVE: datetime(2018, 11, 1, tzinfo=clock.BANGKOK),
}
PLACES = (("65", "6508"), ("90", "9001"), ("30", "3001"))
DONE, CANNOT = ReportStatus.DONE, ReportStatus.CANNOT
WORDS = (
    *("จัดประชุมชี้แจงแนวทางการดำเนินงานร่วมกับผู้นำชุมชน", "อบรมให้ความรู้แก่พนักงานและสมาชิกสภาท้องถิ่น"),
    *("ประชาสัมพันธ์ผ่านหอกระจายข่าวและเว็บไซต์ของหน่วยงาน", "สรุปผลและรายงานต่อผู้บริหารเพื่อปรับปรุงการดำเนินงาน"),
    *("แต่งตั้งคณะทำงานติดตามผลการดำเนินงานเป็นรายเดือน", "เปิดรับฟังความคิดเห็นของประชาชนในพื้นที่ทุกหมู่บ้าน"),
    *("จัดกิจกรรมร่วมกับโรงเรียนและศูนย์พัฒนาเด็กเล็ก", "เผยแพร่ข้อมูลการจัดซื้อจัดจ้างให้ประชาชนตรวจดูได้"),
)


class Truth(NamedTuple):
    kind: SignKind
    organisation_id: int
    round: Round
    project_id: int | None


@dataclass
class Line:
    """A report with its plan, as it is written back in the end."""

    organisation_id: int
    project_id: int
    round: Round
    planned: Decimal | None
    status: ReportStatus
    ordinance: Decimal | None
    spent: Decimal | None
    at: datetime | None
    saves: int
    first_at: datetime | None = None
    note: str = ""
    taken: bool = False  # something was planted, or looks as if


@dataclass
class Plants:
    """The made-up reports, and what was planted in them."""

    rng: Random
    lines: dict[tuple[int, Round], list[Line]] = field(default_factory=dict)
    truth: set[Truth] = field(default_factory=set)
    objectives: dict[int, str] = field(default_factory=dict)

    def every(self, *statuses: ReportStatus) -> Iterator[Line]:
        return (line for own in self.lines.values() for line in own if not statuses or line.status in statuses)

    def some(self, number: int, fewest: int, *rounds: Round) -> list[tuple[int, Round]]:
        """Rounds of different LAOs with at least so many reports, in which nothing was planted yet."""
        free = [
            key
            for key, own in self.lines.items()
            if len(own) >= fewest and key[1] in (rounds or Round) and not any(line.taken for line in own)
        ]
        self.rng.shuffle(free)
        return list({lao: (lao, round_) for lao, round_ in free}.values())[:number]

    def text(self, parts: int) -> str:
        return " ".join(self.rng.sample(WORDS, parts)) + f" ครั้งที่ {self.rng.randint(1, 999)}/{YEAR}"


def plant(seed: int, laos: int, scale: float) -> set[Truth]:
    """Fill the database with the made-up reports of so many LAOs; gives what was planted."""
    rng = Random(seed)
    with transaction():
        db.session.add_all(_organisation(number) for number in range(laos))
        db.session.flush()
        fill_country(scale, seed)
        for round_, closes_at in CLOSINGS.items():
            opens_at = clock.fiscal_year_start(YEAR)
            db.session.add(Window(fiscal_year=YEAR, round=int(round_), opens_at=opens_at, closes_at=closes_at))
    plants = Plants(rng, _read())
    put_right(plants)
    sittings(plants)
    # Of whole rounds first: what is planted in single lines must not fall into them.
    done_at_once(plants)
    last_hour(plants)
    same_text(plants)
    single_lines(plants)
    with transaction():
        _write(plants)
    return plants.truth


def _organisation(number: int) -> Organisation:
    province, district = PLACES[number % len(PLACES)]
    name = f"องค์การบริหารส่วนตำบลที่ {number}"
    return Organisation(
        code=f"6{number:06}",
        name=name,
        name_sort=thai_sort_key(name),
        type=OrganisationType.SAO,
        province_code=province,
        district_code=district,
    )


def _read() -> dict[tuple[int, Round], list[Line]]:
    r, y = table(Report).c, table(ProjectYear).c
    rows = db.session.execute(
        select(
            *(r.organisation_id, r.project_id, r.round, y.plan_budget_satang, r.status),
            *(r.ordinance_budget_satang, r.spent_satang),
        )
        .join_from(table(Report), table(ProjectYear), (y.project_id == r.project_id) & (y.fiscal_year == r.fiscal_year))
        .where(r.fiscal_year == YEAR, r.counted, r.status != ReportStatus.NOT_REPORTED)
        .order_by(r.organisation_id, r.round, r.project_id)
    )
    found: dict[tuple[int, Round], list[Line]] = {}
    for organisation_id, project_id, round_, *facts in rows:
        line = Line(organisation_id, project_id, Round(round_), *facts, at=None, saves=1)
        found.setdefault((organisation_id, line.round), []).append(line)
    return found


# --- innocent ---------------------------------------------------------------------------------------
def put_right(plants: Plants) -> None:
    """What is done stays done, and was paid for; a report that says cannot says no amounts."""
    by_project = {(line.project_id, line.round): line for line in plants.every()}
    for line in plants.every(DONE):
        later = by_project.get((line.project_id, Round.TWELVE))
        if later is not None:
            later.status = DONE
    for line in plants.every(DONE):
        if line.planned and not line.spent:
            line.spent = _part(line.planned, plants.rng.uniform(0.3, 1))
            line.ordinance = line.ordinance if line.ordinance is None else max(line.ordinance, line.spent)


def _part(amount: Decimal, share: float) -> Decimal:
    return max(Decimal("0.01"), (amount * Decimal(share)).quantize(Decimal("0.01")))


def sittings(plants: Plants) -> None:
    """Clerks report one by one, in some sittings: most need a minute or two for each, some a quarter of it.

    One in six LAOs comes late, and reports all of it in the last hours; one in ten corrects a few of them at once.
    """
    rng = plants.rng
    for (_lao, round_), own in plants.lines.items():
        closing, pace = CLOSINGS[round_], rng.choice((15, 30, 60, 90, 120))
        late = rng.random() < 1 / 6
        if late:
            pace = min(pace, 3000 // len(own))  # all fits into that hour
        at = closing - (timedelta(minutes=55) if late else timedelta(days=rng.uniform(1, 60)))
        for line in own:
            line.at = line.first_at = at
            at += timedelta(seconds=max(pace * rng.uniform(0.6, 1.6), 9))
            if not late and rng.random() < 0.1:
                at -= timedelta(hours=rng.uniform(3, 24))  # another sitting
            if rng.random() < 0.1:
                line.saves = 2
                line.at = min(line.at + timedelta(minutes=3), closing - timedelta(seconds=1))


# --- of whole rounds --------------------------------------------------------------------------------
def done_at_once(plants: Plants) -> None:
    """Planted: from half to all of a round done within a minute. Alike: in progress at once, or a few at once."""
    rng = plants.rng
    for place, key in enumerate(plants.some(60, fewest=16)):
        own = plants.lines[key]
        innocent = place >= 24
        share = rng.uniform(0.1, 0.35) if innocent and place % 2 else rng.uniform(0.49, 1)
        some = rng.sample(own, ceil(len(own) * share))
        start = CLOSINGS[key[1]] - timedelta(days=rng.uniform(2, 50))
        for line in own:
            line.taken = True
        for line in some:
            line.at = line.first_at = start + timedelta(seconds=rng.uniform(0, 58))
            if not innocent or place % 2:
                _done(line, plants)
            else:
                _still_running(line, plants)
        if not innocent:
            plants.truth.add(Truth(SignKind.DONE_AT_ONCE, *key, None))


def _done(line: Line, plants: Plants) -> None:
    line.status = DONE
    if line.planned and not line.spent:
        line.spent = _part(line.planned, 0.9)
    if line.ordinance is not None and line.spent:
        line.ordinance = max(line.ordinance, line.spent)
    for later in plants.lines.get((line.organisation_id, Round.TWELVE), []):
        if later.project_id == line.project_id and later.status is not DONE:
            _done(later, plants)


def _still_running(line: Line, plants: Plants) -> None:
    """In this round, and in that before."""
    for earlier in [line, *plants.lines.get((line.organisation_id, Round.SIX), [])]:
        if earlier.project_id == line.project_id and earlier.status is DONE:
            earlier.status = ReportStatus.IN_PROGRESS


def last_hour(plants: Plants) -> None:
    """Planted: from half to all reports changed in the last hour. Alike: some of them, or reported in that hour too."""
    rng = plants.rng
    for place, key in enumerate(plants.some(60, fewest=10)):
        own, closing = plants.lines[key], CLOSINGS[key[1]]
        innocent = place >= 24
        few = innocent and place % 2
        some = rng.sample(own, ceil(len(own) * (rng.uniform(0.05, 0.4) if few else rng.uniform(0.49, 1))))
        for line in own:
            line.taken, line.saves = True, 1
            line.at = line.first_at = closing - timedelta(days=rng.uniform(1, 40))
        for line in some:
            line.at, line.saves = closing - timedelta(seconds=rng.uniform(1, 3599)), rng.choice((2, 2, 3))
            if innocent and not few:
                line.first_at = closing - timedelta(seconds=3599)
        if not innocent:
            plants.truth.add(Truth(SignKind.LAST_HOUR, *key, None))


def same_text(plants: Plants) -> None:
    """Planted: a long text in 5 LAOs or more, with other spaces and digits. Alike: in fewer, a short one, in one."""
    rng = plants.rng
    for number in (5, 6, 8, 12, 20):
        _write_note(plants, number, plants.text(3), told=True)
    for number in (2, 3, 4, 4):
        _write_note(plants, number, plants.text(3), told=False)
    _write_note(plants, 20, "ดำเนินการร่วมกับโรงเรียนและผู้นำชุมชนในพื้นที่", told=False)
    for key in plants.some(10, 3):
        text = plants.text(4)  # one LAO says it of each of its projects
        for line in plants.lines[key]:
            line.note, line.taken = text, True
    shared = plants.text(3)  # of the objective: told of the project's first year, in the first round
    for key in plants.some(9, 3, Round.SIX):
        line = rng.choice(plants.lines[key])
        plants.objectives[line.project_id] = shared
        line.taken = True
        plants.truth.add(Truth(SignKind.SAME_TEXT, *key, None))


def _write_note(plants: Plants, laos: int, text: str, *, told: bool) -> None:
    for key in plants.some(laos, 3, plants.rng.choice(list(Round))):
        thai = text.translate(str.maketrans("0123456789", THAI_DIGITS)) if plants.rng.random() < 0.3 else text
        line = plants.rng.choice(plants.lines[key])
        line.note, line.taken = thai.replace(" ", plants.rng.choice(("", " ", "\n"))), True
        if told:
            plants.truth.add(Truth(SignKind.SAME_TEXT, *key, None))


# --- of single lines --------------------------------------------------------------------------------
def single_lines(plants: Plants) -> None:
    rng = plants.rng
    free = [line for line in plants.every(DONE) if not line.taken and line.planned]
    for line in rng.sample(free, 70):
        # Planted: from a little above to three times. Alike: the base has up to 4 per cent above.
        line.ordinance = line.ordinance or line.planned
        assert line.ordinance
        line.spent, line.taken = _part(line.ordinance, rng.uniform(1.045, 3)), True
        plants.truth.add(Truth(SignKind.OVER_ORDINANCE, line.organisation_id, line.round, line.project_id))
    free = [line for line in free if not line.taken]
    for line in rng.sample(free, 70):
        line.spent, line.taken = rng.choice((None, Decimal(0))), True
        plants.truth.add(Truth(SignKind.DONE_UNSPENT, line.organisation_id, line.round, line.project_id))
    by_project = {(line.project_id, line.round): line for line in plants.every()}
    pairs = [
        (line, later)
        for line in free
        if line.round is Round.SIX and not line.taken
        if (later := by_project.get((line.project_id, Round.TWELVE))) and not later.taken
    ]
    for _line, later in rng.sample(pairs, 50):
        later.status, later.taken = rng.choice((ReportStatus.IN_PROGRESS, CANNOT)), True
        if later.status is CANNOT:
            later.spent = later.ordinance = None
        plants.truth.add(Truth(SignKind.DONE_UNDONE, later.organisation_id, later.round, later.project_id))


# --- back into the database -------------------------------------------------------------------------
def _write(plants: Plants) -> None:
    r, p = table(Report).c, table(Project).c
    where = (
        r.project_id == bindparam("at_project"),
        r.fiscal_year == YEAR,
        r.round == bindparam("at_round"),
    )
    db.session.execute(update(table(Report)).where(*where), [_columns(line) for line in plants.every()])
    db.session.execute(insert(table(HistoryEntry)), [_first_report(line) for line in plants.every() if line.saves > 1])
    objectives = [{"at_project": id_, "objective": text} for id_, text in plants.objectives.items()]
    db.session.execute(update(table(Project)).where(p.id == bindparam("at_project")), objectives)


def _columns(line: Line) -> dict[str, object]:
    cannot = line.status is CANNOT
    return {
        "at_project": line.project_id,
        "at_round": int(line.round),
        "status": line.status,
        "ordinance_budget_satang": None if cannot else line.ordinance,
        "spent_satang": None if cannot else line.spent,
        "cannot_reason": "no_budget" if cannot else None,
        "cannot_text": None,
        "note": line.note,
        "reported_at": line.at,
        "version": line.saves + 1,
    }


def _first_report(line: Line) -> dict[str, object]:
    return {
        "at": line.first_at,
        "actor_name": "อปท.",
        "actor_role": Role.LAO,
        "action": "report",
        "entity": "report",
        "entity_key": f"{line.project_id}/{YEAR}/{int(line.round)}",
        "organisation_id": line.organisation_id,
        "after": {"status": "done"},
        "reason": "",
    }
