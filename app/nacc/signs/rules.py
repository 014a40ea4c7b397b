"""Which signs an officer looks at, and what may be said of them. Facts in, answer out."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.models.enums import Labelled, Round, SignKind, SignVerdict
from app.nacc.desk.rules import DeskFilter

MAX_NOTE = 1000


class Unjudged(Labelled):
    """The state of a sign that nobody has looked at."""

    WAITING = "waiting", "รอตรวจสอบ"


STATES: tuple[Labelled, ...] = (*Unjudged, *SignVerdict)


@dataclass(frozen=True, kw_only=True)
class SignFilter(DeskFilter):
    """Which signs the desk shows for one fiscal year and round; empty does not narrow."""

    year: int
    round: Round
    kind: str = ""
    state: str = ""

    @property
    def about(self) -> str:
        return f"{self.round.label} ปีงบประมาณ {self.year}"

    @property
    def narrowed(self) -> tuple[str, ...]:
        states = {each.value: each.label for each in STATES}
        return (
            f"เรื่อง “{SignKind(self.kind).label}”" if self.kind else "",
            f"สถานะ “{states[self.state]}”" if self.state else "",
        )


def of_state(counts: Mapping[Labelled, int], state: str) -> int:
    """How many of those counted by state are in `state`; all where it does not narrow."""
    return sum(number for each, number in counts.items() if not state or each == state)
