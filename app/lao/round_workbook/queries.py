"""Reads of a round that goes out as a file, and of what one that comes back would change."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from app.access import Actor
from app.lao.projects.queries import AmountQuestions
from app.lao.reporting.details import ReportDetail, report_details
from app.lao.reporting.rules import ReportFacts
from app.lao.round_workbook.rules import RoundOf, RoundPreview, RowPreview, SeenRow, together
from app.models.enums import ReportStatus, ReviewStatus, Round


class OwnRound(NamedTuple):
    """The projects that count in a round of the actor's LAO. `known`: ordinance budgets of other rounds."""

    of: RoundOf
    lines: Mapping[int, ReportDetail]
    known: Mapping[int, Decimal]

    @property
    def starting(self) -> dict[int, ReportFacts]:
        """What a file of this moment shows."""
        return {
            id_: replace(line.facts, ordinance_budget=self.known.get(id_))
            if line.facts.status is ReportStatus.NOT_REPORTED
            else line.facts
            for id_, line in self.lines.items()
        }


def own_round(actor: Actor, year: int, round_: Round) -> OwnRound:
    lines = {line.project_id: line for line in _counted(actor, year, round_)}
    known: dict[int, Decimal] = {}
    for other in sorted((each for each in Round if each is not round_), reverse=True):  # the earliest comes last
        amounts = ((line.project_id, line.facts.ordinance_budget) for line in _counted(actor, year, other))
        known |= {id_: amount for id_, amount in amounts if amount is not None}
    return OwnRound(RoundOf(actor.own_organisation_id, year, round_), lines, known)


def _counted(actor: Actor, year: int, round_: Round) -> Iterable[ReportDetail]:
    return (line for line in report_details(actor, year, round_) if line.review_status is not ReviewStatus.REJECTED)


def preview(actor: Actor, now: OwnRound, rows: Iterable[SeenRow], from_file: Collection[str] = ()) -> RoundPreview:
    """What rows would change of what stands there now; those of projects that went meanwhile are told, not changed."""
    found, questions = RoundPreview(), AmountQuestions(actor)
    for row, _version in rows:
        line = now.lines.get(row.project_id)
        if line is None:
            found.notes.append(f"แถวที่ {row.number}: โครงการนี้ไม่ต้องรายงานแล้ว จึงไม่เปลี่ยน")
            continue
        both = together(row, line.facts, from_file)
        if not both.changes and not both.conflicts:
            found.unchanged += 1
            continue
        asked = {name: getattr(row.facts, name) for name in ("ordinance_budget", "spent")}
        new = {name: amount for name, amount in asked.items() if amount and amount != getattr(line.facts, name)}
        said = tuple(questions.about(new, line.planned).values())
        found.rows.append(RowPreview(row.number, line.name, both, said))
        found.sealed.append(SeenRow(row, line.version).plain())
    return found
