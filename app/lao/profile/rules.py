"""How long a profile's former persons are known, and where. Facts in, answer out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from operator import itemgetter
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
    """Details that had been replaced by that moment and are not said today, detail by detail.

    The first entry that tells another replaces one: those that only repeat it move nothing. Whoever left and came
    back was replaced twice. `entries`: all of one LAO's profile, the oldest first.
    """
    for name in sorted(PERSONAL):
        told = [
            (entry, side, facts[name])
            for entry in entries
            for side, facts in (("before", entry.before), ("after", entry.after))
            if name in facts
        ]
        runs = [list(run) for _text, run in groupby(told, key=itemgetter(2))]
        for run, following in pairwise(runs):
            until, text = following[0][0].at, run[0][2]
            if text and text != present.get(name) and until < replaced_before:
                yield from (FormerDetail(entry.id, side, name, text, until) for entry, side, _text in run)
