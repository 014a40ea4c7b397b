"""Taking back what was copied a moment ago."""

from datetime import datetime

from app.access import Actor
from app.lao.copying.queries import untouched_copies
from app.lao.projects.operations import delete_project
from app.plans.rules import Period

TAKEN_BACK = "เลิกทำการคัดลอกจากแผนช่วงก่อน"


def take_back_copies(actor: Actor, target: Period, recorded_at: datetime, now: datetime) -> int:
    """Delete what was recorded at that moment and nobody has touched since; gives how many. Raises Refusal."""
    ids = untouched_copies(actor, recorded_at)
    for project_id in ids:
        delete_project(actor, target, project_id, 1, TAKEN_BACK, now)
    return len(ids)
