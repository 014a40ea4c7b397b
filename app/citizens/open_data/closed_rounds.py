"""What the data set of closed rounds is read from: an edition's row, its sums, and its document."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, func, literal, null, select

from app.citizens.open_data.datasets import CLOSED_ROUNDS
from app.db import db, table
from app.lao.fixed_rounds.rules import FixedLine, lines_of
from app.models import FixedDocument, FixedRound, FixedSum
from app.models.types import Baht

_FR, _FS, _FD = (table(each).c for each in (FixedRound, FixedSum, FixedDocument))


def _summed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Over the dimensions of a closed round; nothing is 0, in the type of the column."""
    whole = select(func.sum(column)).where(_FS.fixed_round_id == _FR.id).scalar_subquery()
    return func.coalesce(whole, literal(Decimal(0) if isinstance(column.type, Baht) else 0, column.type))


SOURCES: dict[str, ColumnElement[Any]] = {
    **{name: _FR[name] for name in ("id", "organisation_id", "province_code", "fiscal_year", "round", "edition")},
    **{name: _FR[name] for name in ("in_force", "closed_at", "name", "type", "district_code", "plan_status")},
    **{name: _FR[name] for name in ("level", "done", "in_progress", "cannot")},
    "organisation_code": _FR.code,
    "published_at": _FR.fixed_at,
    "reason": func.nullif(_FR.reason, ""),
    "not_reported": _FR.waiting,
    "in_ordinance": _summed(_FS.in_ordinance),
    "plan_budget": _summed(_FS.planned_satang),
    "ordinance_budget": _summed(_FS.ordinance_satang),
    "spent": _summed(_FS.spent_satang),
    "projects": null(),  # stands in the document: see `projects_of`
}


# The LAO comes first, as of every table that is walked LAO by LAO.
KEYS: dict[str, ColumnElement[Any]] = {
    name: _FR[name] for name in ("organisation_id", "fiscal_year", "round", "edition")
}
FILTERS: dict[str, ColumnElement[Any]] = {"year": _FR.fiscal_year, "round": _FR.round}


def projects_of(ids: Sequence[int]) -> dict[str, dict[int, list[Any]]]:
    kept = select(_FD.fixed_round_id, _FD.document).where(_FD.fixed_round_id.in_(ids))
    nested = CLOSED_ROUNDS.fields[CLOSED_ROUNDS.places["projects"]].nested
    return {
        "projects": {
            id_: [tuple(PROJECT_SOURCES[each.name](line) for each in nested) for line in lines_of(document)]
            for id_, document in db.session.execute(kept)
        }
    }


PROJECT_SOURCES: dict[str, Callable[[FixedLine], Any]] = {
    "project_id": attrgetter("project_id"),
    "dimension": attrgetter("dimension"),
    "status": attrgetter("status"),
    "plan_budget": attrgetter("planned"),
    "ordinance_budget": attrgetter("ordinance"),
    "spent": attrgetter("spent"),
    "cannot_reason": attrgetter("cannot_reason"),
    "counted": attrgetter("counted"),
}
