"""The boxes of one row of the round's grid: what they show of a report. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from app.lao.reporting.rules import ReportFacts, RoundSummary, cannot_words
from app.listing import query_of, told_in_address
from app.models.enums import CannotReason, ReportStatus
from app.words import baht, percent_text

Boxes = Mapping[str, str]  # what each box of a row shows, by its name
TEXTS = ("note", "obstacles", "suggestions")
BOXES = ("status", "in_ordinance", "budget", "spent", "reason", *TEXTS)
TICKED = "y"


def boxes_of(facts: ReportFacts) -> dict[str, str]:
    """What the boxes of a row show of a report; a project that is not reported has no status ticked."""
    return {
        "status": "" if facts.status is ReportStatus.NOT_REPORTED else facts.status.value,
        "in_ordinance": "" if facts.ordinance_budget is None else TICKED,
        "budget": baht(facts.ordinance_budget, missing=""),
        "spent": baht(facts.spent, missing=""),
        "reason": cannot_words(facts.cannot_reason, facts.cannot_text),
        **{name: getattr(facts, name) for name in TEXTS},
    }


def cannot_said(words: str) -> tuple[CannotReason | None, str | None]:
    """What `cannot_words` printed, read back: a reason of the list by its words or its place, else another one."""
    for place, reason in enumerate(CannotReason, start=1):
        if words in (reason.label, str(place)):
            return reason, None
    return (CannotReason.OTHER, words) if words else (None, None)


@dataclass(frozen=True)
class GridFilter:
    """Which rows of a round the grid shows; empty does not narrow."""

    year: int
    round: int
    status: str = ""
    dimension: int = 0

    def query(self, **changes: object) -> str:
        return query_of({**self.__dict__, **changes})

    @property
    def hidden(self) -> dict[str, object]:
        """As a form of its own sends it along."""
        return told_in_address(self.__dict__)

    @property
    def narrowed(self) -> bool:
        return bool(self.status or self.dimension)


class KeptRow(NamedTuple):
    """A row after its save: the version to go on from, and the boxes that now say something else than was typed."""

    version: int
    changed: bool
    otherwise: Boxes


class RowProblem(NamedTuple):
    """What keeps a row from being saved: a sentence for each box, "" for the row as a whole.

    `sure`: it was a question, and this is the answer to it. `version`, `theirs`: somebody else was first; the row now
    stands on that version, and these boxes were changed there.
    """

    typed: Boxes
    sentences: Mapping[str, str]
    sure: str = ""
    version: int = 0
    theirs: Boxes = MappingProxyType({})

    @property
    def told(self) -> dict[str, Any]:
        """As the page's script is told it."""
        told = {"problems": self.sentences, "sure": self.sure, "version": self.version, "theirs": self.theirs}
        return {name: value for name, value in told.items() if value}


_TOGETHER = ({"status", "reason"}, {"in_ordinance", "budget"})  # each is one thing said in two boxes


def beside_theirs(typed: Boxes, merged: Boxes, both: Collection[str]) -> dict[str, str]:
    """What a row shows whose boxes `both` two windows changed: those as typed, the others as they go together."""
    as_typed = set(both).union(*(pair for pair in _TOGETHER if pair & set(both)))
    return {box: typed[box] if box in as_typed else merged[box] for box in BOXES}


def differing(boxes: Boxes, others: Boxes) -> dict[str, str]:
    """The boxes that say something else than the others; how a browser breaks lines does not matter."""
    return {box: value for box, value in boxes.items() if _unbroken(value) != _unbroken(others.get(box, ""))}


def _unbroken(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def sums_in_words(summary: RoundSummary) -> dict[str, str]:
    """The totals under the grid that a save can change, by name, as the page prints them."""
    counts, money = summary.counts, summary.money
    spent = f" ({percent_text(money.percent)}%)" if money.percent is not None else ""
    return {
        "done": str(counts.done),
        "in_progress": str(counts.in_progress),
        "cannot": str(counts.cannot),
        "waiting": str(counts.waiting),
        "ordinance": baht(money.ordinance),
        "spent": baht(money.spent) + spent,
        "percent": percent_text(counts.percent),
        "level": summary.level.value,
    }
