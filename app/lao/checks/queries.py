"""Everything to look at in a round of the actor's LAO before it is sent."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from app.access import Actor
from app.lao.checks.rules import CheckedReport, CheckGroups, CheckItem, CheckKind, kinds_of
from app.lao.profile.queries import profile
from app.lao.projects.queries import AmountQuestions
from app.lao.reporting.details import ReportDetail, report_details
from app.lao.reporting.rules import field_address
from app.models.enums import ReviewStatus, Round

# What the papers that must be signed cannot do without, by its name in the profile.
FOR_THE_PAPERS = {"executive_name": "ชื่อผู้บริหารท้องถิ่น"}


def checklist(actor: Actor, year: int, round_: Round) -> CheckGroups:
    """By kind, the kinds in order; a kind with nothing to look at is not there."""
    lines = report_details(actor, year, round_)
    found: dict[CheckKind, list[CheckItem]] = {kind: [] for kind in CheckKind}
    for kind, item in (*_of_reports(actor, lines, year, round_), *_of_rejected(lines), *_of_profile(actor)):
        found[kind].append(item)
    return {kind: items for kind, items in found.items() if items}


def _of_reports(
    actor: Actor, lines: Iterable[ReportDetail], year: int, round_: Round
) -> Iterator[tuple[CheckKind, CheckItem]]:
    questions = AmountQuestions(actor)
    for line in lines:
        if line.review_status is ReviewStatus.REJECTED:
            continue
        report = CheckedReport(line.project_id, line.name, line.planned, line.facts)
        for kind, field in kinds_of(report, round_):
            yield kind, CheckItem(field_address(line.project_id, year, round_, field), line.name)
        amounts = {name: getattr(line.facts, name) for name in ("ordinance_budget", "spent")}
        for field, sentence in questions.about(_given(amounts), line.planned).items():
            address = field_address(line.project_id, year, round_, field)
            yield CheckKind.UNUSUAL_AMOUNT, CheckItem(address, line.name, sentence)


def _given(amounts: dict[str, Decimal | None]) -> dict[str, Decimal]:
    return {name: amount for name, amount in amounts.items() if amount}


def _of_rejected(lines: Iterable[ReportDetail]) -> Iterator[tuple[CheckKind, CheckItem]]:
    for line in lines:
        if line.review_status is ReviewStatus.REJECTED:
            yield CheckKind.REJECTED, CheckItem(f"/projects/{line.project_id}", line.name)


def _of_profile(actor: Actor) -> Iterator[tuple[CheckKind, CheckItem]]:
    known = profile(actor)
    for name, label in FOR_THE_PAPERS.items():
        if not getattr(known, name, ""):
            yield CheckKind.NOT_IN_PROFILE, CheckItem(f"/profile#{name}", label)
