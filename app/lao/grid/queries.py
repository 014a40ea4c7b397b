"""Reads of a round's grid: every row at once, and what a report was when a page was drawn."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, and_, bindparam, select, type_coerce

from app.access import Actor
from app.db import db, table
from app.lao.grid.rules import TEXTS, TICKED, GridFilter, RowProblem
from app.lao.reporting.details import known_ordinances
from app.lao.reporting.queries import NO_BUDGET
from app.lao.reporting.rules import ReportFacts, cannot_words, kept_facts
from app.models import HistoryEntry, Project, ProjectYear, Report
from app.models.enums import CannotReason, Entity, ReportStatus, Round
from app.rows import Choices
from app.words import baht, baht_of

_P, _Y, _R, _H = table(Project).c, table(ProjectYear).c, table(Report).c, table(HistoryEntry).c


class WrongBoxes(Choices):
    """The boxes of a row that are wrong."""


NOTHING_BAD = WrongBoxes()


class RoundRow(NamedTuple):
    """A row of the grid, ready to print. `open`: its second line has something in it."""

    id: int
    number: int
    name: str
    dimension: int
    planned: str
    version: int
    status: ReportStatus
    in_ordinance: bool
    budget: str
    spent: str
    reason: str
    note: str
    obstacles: str
    suggestions: str
    open: bool
    bad: WrongBoxes
    said: str
    sure: str

    @property
    def boxes(self) -> dict[str, str]:
        """What its boxes show, as a browser sends them."""
        told = {name: getattr(self, name) for name in ("budget", "spent", "reason", *TEXTS)}
        status = "" if self.status is ReportStatus.NOT_REPORTED else self.status.value
        return {"status": status, "in_ordinance": TICKED if self.in_ordinance else "", **told}

    def refused(self, problem: RowProblem, seen: int) -> "RoundRow":
        """The row as it was typed, with what is wrong. `seen`: the version it was drawn with, on which it still stands:
        what was saved elsewhere since then is not undone by sending it again."""
        typed = problem.typed
        texts: dict[str, Any] = {name: typed[name] for name in ("budget", "spent", "reason", *TEXTS)}
        return self._replace(
            **texts,
            version=problem.version or seen,
            status=next((each for each in ReportStatus if each.value == typed["status"]), ReportStatus.NOT_REPORTED),
            in_ordinance=bool(typed["in_ordinance"]),
            open=True,
            bad=WrongBoxes(box for box in problem.sentences if box),
            said=" · ".join(problem.sentences.values()),
            sure=problem.sure,
        )


_COLUMNS = (
    _P.id,
    _P.name,
    _P.dimension,
    type_coerce(_Y.plan_budget_satang, BigInteger),
    _R.version,
    _R.status,
    type_coerce(_R.ordinance_budget_satang, BigInteger),
    type_coerce(_R.spent_satang, BigInteger),
    _R.cannot_reason,
    _R.cannot_text,
    *(_R[name] for name in TEXTS),
)


@lru_cache(maxsize=16)
def _grid_statement(status: bool, dimension: bool) -> Select[Any]:
    joined = (
        table(Report)
        .join(table(Project), _P.id == _R.project_id)
        .join(table(ProjectYear), and_(_Y.project_id == _R.project_id, _Y.fiscal_year == _R.fiscal_year))
    )
    place = (
        _P.organisation_id == bindparam("organisation_id"),
        _P.deleted_at.is_(None),
        _P.counted,
        _R.fiscal_year == bindparam("year"),
        _R.round == bindparam("round"),
    )
    statement = select(*_COLUMNS).select_from(joined).where(*place).order_by(_P.id)
    if status:
        statement = statement.where(_R.status == bindparam("status"))
    return statement.where(_P.dimension == bindparam("dimension")) if dimension else statement


def grid_rows(actor: Actor, asked: GridFilter) -> list[RoundRow]:
    """Every row that the filter shows: those of a round on one page, for they are filled in together."""
    values: dict[str, Any] = {"organisation_id": actor.own_organisation_id, "year": asked.year, "round": asked.round}
    if asked.status:
        values["status"] = ReportStatus(asked.status)
    if asked.dimension:
        values["dimension"] = asked.dimension
    found = db.session.execute(_grid_statement(bool(asked.status), bool(asked.dimension)), values).all()
    known = known_ordinances(actor, asked.year, besides=Round(asked.round))
    return [_grid_row(number, known, *row) for number, row in enumerate(found, start=1)]


def _grid_row(
    number: int,
    known: Mapping[int, Decimal],
    id_: int,
    name: str,
    dimension: int,
    planned: int | None,
    version: int,
    status: ReportStatus,
    ordinance: int | None,
    spent: int | None,
    reason: CannotReason | None,
    reason_text: str | None,
    *texts: Any,
) -> RoundRow:
    budget = baht_of(ordinance, missing="")
    if status is ReportStatus.NOT_REPORTED:
        budget = baht(known.get(id_), missing="")
    why = cannot_words(reason, reason_text)
    return RoundRow._make(
        (
            *(id_, number, name, dimension, baht_of(planned, missing=NO_BUDGET), version, status, bool(budget)),
            *(budget, baht_of(spent, missing=""), why, *texts),
            *(bool(why or any(texts)), NOTHING_BAD, "", ""),
        )
    )


def facts_when(actor: Actor, project_id: int, year: int, round_: Round, versions: int) -> ReportFacts | None:
    """What a report said `versions` changes ago, as its history has it; None where that does not go back so far."""
    key = f"{project_id}/{year}/{int(round_)}"
    entries = (
        select(_H.before)
        .where(_H.entity == Entity.REPORT.value, _H.entity_key == key)
        .where(_H.organisation_id == actor.own_organisation_id)
        .order_by(_H.id.desc())
        .limit(versions)
    )
    found = db.session.scalars(entries).all() if versions > 0 else []
    return kept_facts(found[-1]) if len(found) == versions > 0 else None
