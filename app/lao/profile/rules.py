"""How long a profile's former persons are known, and where. Facts in, answer out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from app.history.rules import PERSONAL

CONTACTS_KEPT = timedelta(days=2 * 365)  # after somebody else stands there: who to ask about an old report


class ProfileEntry(NamedTuple):
    """An entry of the history on one LAO's profile."""

    id: int
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class FormerDetail(NamedTuple):
    """A detail of a person that is no longer the present one: on which side of which entry it stands."""

    entry_id: int
    side: str
    name: str
    text: str
    until: datetime


class PersonalDetail(NamedTuple):
    """What is kept of a person; `until`: when somebody else's came in its place, None for what stands today."""

    name: str
    text: str
    until: datetime | None


def former_details(
    entries: Sequence[ProfileEntry], present: Mapping[str, Any], replaced_before: datetime
) -> Iterator[FormerDetail]:
    """Details that had been replaced by that moment and are not said today, in the order of the entries.

    `entries`: all of one LAO's profile, the oldest first.
    """
    for last, entry in pairwise([None, *entries]):
        if entry is None or entry.at >= replaced_before:
            return
        sides = [("after", last.id, last.after)] if last else []
        for side, entry_id, facts in [*sides, ("before", entry.id, entry.before)]:
            for name in sorted(PERSONAL & facts.keys()):
                if facts[name] and facts[name] != present.get(name):
                    yield FormerDetail(entry_id, side, name, facts[name], entry.at)
