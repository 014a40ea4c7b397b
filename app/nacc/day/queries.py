"""What waits, what is due and how heavy the load is, for the provinces the actor oversees.

Nothing is counted here: each number is that of the desk it leads to, asked by the desk's own query.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select

from app.access import Actor
from app.clock import day_start, month_start, thai_date
from app.db import db, table
from app.models import Organisation, Window, WindowException
from app.models.enums import PlanStatus, Role, Round
from app.nacc.administration.queries import staff
from app.nacc.day.rules import (
    CLOSED_LATELY,
    CLOSES_SOON,
    EXTRA_ENDS_SOON,
    LONG,
    MOST_NAMED,
    Age,
    DeedLine,
    DeskNumber,
    Due,
    ProvinceLoad,
    StaffLoad,
    closing_words,
    days,
    deed_lines,
    desk_number,
    heaviest_first,
    in_days,
    middle_days,
    verdicts_of,
)
from app.nacc.desk.queries import in_scope, own_provinces
from app.nacc.desk.rules import DeskFilter
from app.nacc.evaluation.queries import waiting_count
from app.nacc.lao_accounts.queries import states_by_province
from app.nacc.lao_accounts.rules import AccountFilter, AccountState
from app.nacc.my_deeds.queries import tally_since, verdicts_since, waited_for
from app.nacc.plan_years.queries import number_by_province, plan_counts
from app.nacc.plan_years.rules import PlanFilter, ScoreStanding
from app.nacc.review.queries import middle_of_queue, queue_by_province, queue_count, rejection_reasons
from app.nacc.review.rules import ReviewQueue
from app.nacc.signs.queries import state_counts
from app.nacc.signs.rules import SignFilter, Unjudged
from app.nacc.waiting.queries import shown
from app.nacc.waiting.rules import DUE, EVERYONE, WaitingFilter
from app.plans.queries import closings_between, everybodys_window

_O, _W, _X = (table(model).c for model in (Organisation, Window, WindowException))


@dataclass(frozen=True)
class Load:
    """What waits for the actor, as it was `counted_at`. `staff`: for administrators alone."""

    counted_at: datetime
    waits: list[DeskNumber]
    age: Age | None
    due: list[Due]
    provinces: list[ProvinceLoad]
    staff: list[StaffLoad]


def load(actor: Actor, year: int, now: datetime) -> Load:
    provinces = _provinces(actor, year, now)
    waiting = sum(each.waiting for each in provinces)
    oldest = max((each.oldest for each in provinces if each.oldest is not None), default=None)
    middle = middle_of_queue(actor, ReviewQueue(), waiting, now)
    age = Age(days(middle, now), oldest) if middle is not None and oldest is not None else None
    rounds = _RoundsDue(actor, {})
    return Load(
        counted_at=now,
        waits=[*_review(actor, provinces, now), *_waits(actor, year, rounds, now)],
        age=age,
        due=[*_closings(rounds, now), *_extra_time(actor, now)],
        provinces=heaviest_first(provinces),
        staff=_staff(now) if actor.role is Role.ADMINISTRATOR else [],
    )


class _RoundsDue(NamedTuple):
    """Who must report a round and has not: asked once for each round, for a page tells of one in two places."""

    actor: Actor
    found: dict[tuple[int, Round], int]

    def number_of(self, year: int, round_: Round, hint: str = "") -> DeskNumber:
        asked = WaitingFilter(year=year, round=round_, state=DUE)
        if (year, round_) not in self.found:
            self.found[year, round_] = len(shown(self.actor, asked).works)
        words = f"อปท. ที่ยังไม่รายงานครบ {round_.label} ปี {year}"
        return desk_number(words, self.found[year, round_], "แห่ง", "/nacc/waiting", asked, hint=hint)


def _review(actor: Actor, provinces: list[ProvinceLoad], now: datetime) -> Iterator[DeskNumber]:
    unit, desk, again = "โครงการ", "/nacc/review", ReviewQueue(again="1")
    yield desk_number("โครงการรอพิจารณา", sum(each.waiting for each in provinces), unit, desk, ReviewQueue())
    yield desk_number("ส่งกลับมาแก้แล้ว", queue_count(actor, again, now), unit, desk, again, below=True)
    long = sum(each.long for each in provinces)
    yield desk_number(f"รอมาแล้ว {LONG} วันขึ้นไป", long, unit, desk, ReviewQueue(days=LONG), below=True)


def _waits(actor: Actor, year: int, rounds: _RoundsDue, now: datetime) -> Iterator[DeskNumber]:
    unset = PlanFilter(year=year, status=PlanStatus.NOT_SENT)
    number = plan_counts(actor, unset)[PlanStatus.NOT_SENT]
    yield desk_number(f"แผนปี {year} ที่ยังไม่มีผล", number, "แห่ง", "/nacc/plan-years", unset)
    opened = [window for window in (everybodys_window(year, each) for each in Round) if window.opens_at <= now]
    for window in opened:
        yield rounds.number_of(year, window.round, "ปิดรับแล้ว" if window.closing_passed(now) else "")
    for standing in (ScoreStanding.NONE, ScoreStanding.PARTLY, ScoreStanding.UNPUBLISHED):
        scored = PlanFilter(year=year, scores=standing)
        number = sum(plan_counts(actor, scored).values())
        yield desk_number(f"คะแนนปี {year} {standing.label}", number, "แห่ง", "/nacc/scores", scored)
    changes = waiting_count(actor)
    yield desk_number("ข้อเสนอแก้ไขคะแนนที่รอผู้ยืนยัน", changes, "ข้อเสนอ", "/nacc/scores/changes", DeskFilter())
    for window in opened:
        signs = SignFilter(year=year, round=window.round, state=Unjudged.WAITING)
        number = state_counts(actor, signs, now)[Unjudged.WAITING]
        yield desk_number(f"สิ่งที่ควรตรวจสอบ {window.round.label} ปี {year}", number, "เรื่อง", "/nacc/signs", signs)


def _closings(rounds: _RoundsDue, now: datetime) -> Iterator[Due]:
    for window in closings_between(now - CLOSED_LATELY, now + CLOSES_SOON):
        if window.opens_at <= now:
            words = f"{window.round.label} ปีงบประมาณ {window.year}"
            waiting = rounds.number_of(window.year, window.round)
            yield Due(words, closing_words(window, now), waiting.address, waiting)


def _extra_time(actor: Actor, now: datetime) -> Iterator[Due]:
    """Those first whose time ends first, and how many there are besides."""
    of_all = and_(_W.fiscal_year == _X.fiscal_year, _W.round == _X.round)
    laos = table(WindowException).join(table(Organisation), _O.id == _X.organisation_id).join(table(Window), of_all)
    ending = _X.closes_at > now, _X.closes_at <= now + EXTRA_ENDS_SOON, _X.closes_at > _W.closes_at
    columns = (_O.code, _O.name, _X.fiscal_year, _X.round, _X.closes_at, func.count().over().label("number"))
    found = select(*columns).select_from(laos).where(*ending, in_scope(actor), _O.closed_at.is_(None))
    ordered = found.order_by(_X.closes_at, _X.fiscal_year, _X.round, _O.name_sort, _O.code).limit(MOST_NAMED)
    rows = db.session.execute(ordered).all()
    for row in rows:
        round_ = Round(row.round)
        asked = WaitingFilter(year=row.fiscal_year, round=round_, lao=row.code, state=EVERYONE)
        when = f"สิ้นสุด {thai_date(row.closes_at)} ({in_days(row.closes_at - now)})"
        yield Due(f"ขยายเวลา {round_.label} ปี {row.fiscal_year} {row.name}", when, f"/nacc/waiting?{asked.query()}")
    if rows and rows[0].number > len(rows):
        yield Due(f"ขยายเวลาไว้อีก {rows[0].number - len(rows):,} แห่ง", "สิ้นสุดหลังจากนั้น", "")


def _provinces(actor: Actor, year: int, now: datetime) -> list[ProvinceLoad]:
    queues = queue_by_province(actor, ReviewQueue(), LONG, now)
    unset = number_by_province(actor, PlanFilter(year=year, status=PlanStatus.NOT_SENT))
    accounts = states_by_province(actor, AccountFilter(), now)
    loads = []
    for code, name in own_provinces(actor):
        queue, states = queues.get(code), accounts.get(code, {})
        load = ProvinceLoad(
            code=code,
            name=name,
            waiting=queue.number if queue else 0,
            oldest=days(queue.oldest, now) if queue else None,
            long=queue.long if queue else 0,
            without_status=unset.get(code, 0),
            unclaimed=states.get(AccountState.UNCLAIMED, 0),
            never=states.get(AccountState.NEVER, 0),
        )
        loads.append(load)
    return loads


def _staff(now: datetime) -> list[StaffLoad]:
    found = verdicts_since(month_start(now), day_start(now))
    return [
        StaffLoad(
            id=row.id,
            username=row.username,
            name=row.name,
            role=row.role,
            provinces=row.provinces,
            today=verdicts_of((action, today) for action, _month, today in found.get(row.id, [])),
            month=verdicts_of((action, month) for action, month, _today in found.get(row.id, [])),
            last_login_at=row.last_login_at,
            locked=row.locked,
        )
        for row in staff()
    ]


@dataclass(frozen=True)
class MyWork:
    """What the actor did today and in this month, and in how many days, by the median, they decided."""

    lines: list[DeedLine]
    took: int | None


def my_work(actor: Actor, now: datetime) -> MyWork:
    today, month = (tally_since(actor, since) for since in (day_start(now), month_start(now)))
    return MyWork(deed_lines(today, month, rejection_reasons()), middle_days(waited_for(actor, month_start(now))))
