"""Results of whole provinces, kept in memory until something is written there: a page of the country is made of 77.

Kept by a process for itself, and forgotten by what the history tells of (app/history/since.py): a change is seen at the
next request. What changes by the clock alone, or behind the system's back, is seen within a minute.
"""

from collections.abc import Iterable, Mapping
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import bindparam, select, union
from sqlalchemy.exc import DBAPIError

from app.db import db, table
from app.history.since import Since, Stand
from app.lao.reporting.rules import PlaceSummary
from app.lao.reporting.sums import standings_by_province, sums_by
from app.lao.standings.rules import levels_among, tens_among
from app.models import FixedRound, FormerFacts, Organisation
from app.models.enums import Entity, Round

SECONDS = 60
MOST_KEPT = 3000
KEPT = "kept-provinces"
_O, _F, _FR = (table(each).c for each in (Organisation, FormerFacts, FixedRound))
_IDS: Any = bindparam("ids", expanding=True)
_WERE_IN = union(
    select(_O.province_code).where(_O.id.in_(_IDS)),
    *(select(each.province_code).where(each.organisation_id.in_(_IDS)) for each in (_F, _FR)),
)
# What an entry tells of these is in no figure, and in no table of a province.
_IN_NO_FIGURE = frozenset(
    {
        *(Entity.ACCOUNT, Entity.PROFILE, Entity.MAIL, Entity.NOTE, Entity.SIGN, Entity.SETTING),
        *(Entity.SCORES, Entity.SCORE_CHANGE, Entity.MINIMUM_SCORE, Entity.REJECTION_REASON, Entity.PROPOSED_DEED),
    }
)
# An LAO whose move is corrected leaves a province that no table tells of any more.
_OF_ANY = frozenset({Entity.ORGANISATION})


class _Key(NamedTuple):
    province_code: str
    year: int
    round: Round


class KeptProvinces:
    """Summaries of provinces in a year and round; `follow` first, then `get` and `put`."""

    def __init__(self) -> None:
        self._one = Lock()
        self.clear()

    def clear(self) -> None:
        """Begin anew (tests, where something is written without a deed)."""
        with self._one:
            self._since = Since(apart_from=_IN_NO_FIGURE, of_any=_OF_ANY)
            self._known: dict[_Key, tuple[PlaceSummary, float]] = {}
            self._of_all, self._of_one = 0, dict[str, int]()  # the generations of what was last written

    def follow(self) -> int | None:
        """Forget what was written to since; gives the generation of what is put in after that."""
        with self._one:
            return self._follow()

    def stand_of(self, code: str) -> Stand:
        """How far the history of a province has come, by the generations of this process."""
        with self._one:  # to the end: a request beside this one may read later entries
            generation = self._follow()
            return Stand(self._of_one.get(code), self._of_all, settled=generation is not None)

    def _follow(self) -> int | None:
        try:
            laos, generation = self._since.ask()
            codes = set(db.session.scalars(_WERE_IN, {"ids": sorted(laos)})) if laos else set()
        except DBAPIError:
            self._since.begin_anew()  # what was told is lost: the next one forgets all
            raise
        if laos is None:
            self._known.clear()
            self._of_all = self._since.generation
        elif codes:
            self._known = {key: kept for key, kept in self._known.items() if key.province_code not in codes}
            self._of_one |= dict.fromkeys(codes, self._since.generation)
        return generation

    def get(self, key: _Key) -> PlaceSummary | None:
        summary, until = self._known.get(key, (None, 0))
        return summary if until > monotonic() else None

    def put(self, made: Mapping[_Key, PlaceSummary], generation: int | None) -> None:
        """Keep what was `made`, unless something was written since `follow` gave the generation."""
        until = monotonic() + SECONDS
        with self._one:
            if generation != self._since.generation:
                return
            if len(self._known) + len(made) > MOST_KEPT:
                self._known.clear()
            self._known.update((key, (summary, until)) for key, summary in made.items())


def province_summaries(codes: Iterable[str], year: int, round_: Round) -> dict[str, PlaceSummary]:
    """Results of whole provinces, by code."""
    kept: KeptProvinces = current_app.extensions[KEPT]
    generation = kept.follow()
    keys = [_Key(code, year, round_) for code in codes]
    found = {key: summary for key in keys if (summary := kept.get(key))}
    lacking = [key.province_code for key in keys if key not in found]
    if lacking:
        sums, standings = sums_by("province_code", lacking, year, round_), standings_by_province(lacking, year, round_)
        made = {
            _Key(code, year, round_): PlaceSummary(
                round_, levels_among(standings[code]), sums.get(code, {}), tens_among(standings[code])
            )
            for code in lacking
        }
        kept.put(made, generation)
        found |= made
    return {key.province_code: found[key] for key in keys}
