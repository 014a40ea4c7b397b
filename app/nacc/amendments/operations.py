"""NACC amends a round that closed, with a reason: a next edition, the one before stays published."""

from datetime import datetime

from app.access import Actor
from app.errors import NotTheirs, Refusal, Stale
from app.history.queries import overseen
from app.lao.fixed_rounds import operations as fixed_rounds
from app.lao.fixed_rounds.documents import edition_in_force
from app.lao.fixed_rounds.queries import closed_windows, lao_facts, live_lines
from app.lao.fixed_rounds.rules import Edition
from app.models.enums import Round
from app.nacc.amendments.rules import NOT_CLOSED, LineAmendment, amended


def amend_line(
    actor: Actor,
    code: str,
    year: int,
    round_: Round,
    project_id: int,
    edition: int,
    said: LineAmendment,
    reason: str,
    now: datetime,
) -> bool:
    """Correct one project; False where it is so already. Raises NotTheirs, Refusal; Stale for another edition."""
    before = _held(actor, code, year, round_, edition, now)
    if project_id not in {line.project_id for line in before.lines}:
        raise NotTheirs
    lines = [amended(line, said) if line.project_id == project_id else line for line in before.lines]
    return fixed_rounds.amend(actor, before, lines, before.lao.plan_status, reason, now)


def take_today(actor: Actor, code: str, year: int, round_: Round, edition: int, reason: str, now: datetime) -> bool:
    """Let the round say what stands today: its projects, and whether the plan passed. Raises as above."""
    before = _held(actor, code, year, round_, edition, now)
    id_ = before.organisation_id
    lines = live_lines([id_], year, round_).get(id_, [])
    return fixed_rounds.amend(actor, before, lines, lao_facts([id_], year)[id_].plan_status, reason, now)


def _held(actor: Actor, code: str, year: int, round_: Round, edition: int, now: datetime) -> Edition:
    """The edition the form was opened on, kept from being amended by somebody else."""
    id_ = overseen(actor, code).id
    closed_windows(now, lock=True)  # who opens one again comes before this deed or after it, never between
    fixed_rounds.fix_due(now, now, [id_])
    fixed_rounds.hold([id_])
    before = edition_in_force(id_, year, round_)
    if before is None:
        raise Refusal(NOT_CLOSED)
    if before.number != edition:
        raise Stale
    return before
