"""What an LAO must do next, and by when. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from app.clock import BANGKOK, thai_date, thai_time
from app.models.enums import Round
from app.plans.rules import ReportWindow

SOON = 14  # days before a closing from which it is said how many are left


class RoundTask(NamedTuple):
    """A round in which `waiting` reports are missing; the window is the LAO's own."""

    year: int
    round: Round
    waiting: int
    window: ReportWindow


def next_tasks(tasks: Iterable[RoundTask], now: datetime) -> list[RoundTask]:
    """Those that can be done now: what closes first stands first, what never closes last, the earliest year before."""
    doable = [task for task in tasks if task.waiting and task.window.is_open(now)]
    return sorted(
        doable, key=lambda task: (task.window.closes_at is None, task.window.closes_at, task.year, task.round)
    )


def due(window: ReportWindow, now: datetime) -> str:
    """Until when, in Thai, and how many days are left where they are few; empty where it never closes."""
    if window.closes_at is None or not window.is_open(now):
        return ""
    days = (window.closes_at.astimezone(BANGKOK).date() - now.astimezone(BANGKOK).date()).days
    left = "วันนี้วันสุดท้าย" if days == 0 else f"เหลือ {days} วัน" if days <= SOON else ""
    until = f"ภายในวันที่ {thai_date(window.closes_at)} เวลา {thai_time(window.closes_at)}"
    return f"{until} ({left})" if left else until
