"""What else a row has, from tables below its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Result, Select, bindparam, select

from app.citizens.open_data import closed_rounds
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.rules import Dataset, Field
from app.db import db, table
from app.models import FormerFacts, Organisation, ProjectDimension, ProjectYear, Succession

_O, _F, _PD, _Y, _SU = (
    table(each).c for each in (Organisation, FormerFacts, ProjectDimension, ProjectYear, Succession)
)


NESTED_SOURCES = {"years": {"fiscal_year": _Y.fiscal_year, "plan_budget": _Y.plan_budget_satang}}
Rows = Callable[[Result[*tuple[Any, ...]]], Iterable[Sequence[Any]]]
Below = dict[str, dict[int, list[Any]]]


def _nested(name: str, field: str) -> tuple[Field, ...]:
    dataset = DATASETS[name]
    return dataset.fields[dataset.places[field]].nested


_IDS: Any = bindparam("ids", expanding=True)
_FURTHER = select(_PD.project_id, _PD.dimension).where(_PD.project_id.in_(_IDS))
_YEARS = select(_Y.project_id, *(NESTED_SOURCES["years"][each.name] for each in _nested("projects", "years"))).where(
    _Y.project_id.in_(_IDS)
)


def _of_projects(ids: Sequence[int], rows: Rows) -> Below:
    some = {"ids": ids}
    return {"further_dimensions": _grouped(rows, _FURTHER, some, single=True), "years": _grouped(rows, _YEARS, some)}


def _of_organisations(ids: Sequence[int], rows: Rows) -> Below:
    first, last = min(ids), max(ids)
    before = table(FormerFacts).join(table(Organisation), _O.id == _F.organisation_id)
    followed = table(Succession).join(table(Organisation), _O.id == _SU.successor_id)

    def former(fact: str) -> dict[int, list[Any]]:
        other = select(_F.organisation_id, _F[fact]).where(_F[fact] != _O[fact]).distinct()
        return _grouped(rows, other.select_from(before).where(_F.organisation_id.between(first, last)), single=True)

    successors = select(_SU.organisation_id, _O.code).select_from(followed)
    return {
        "former_codes": former("code"),
        "former_names": former("name"),
        "successor_codes": _grouped(rows, successors.where(_SU.organisation_id.between(first, last)), single=True),
    }


# What else rows have, by field and by the id of the row.
BELOW: dict[str, Callable[[Sequence[int], Rows], Below]] = {
    "projects": _of_projects,
    "organisations": _of_organisations,
    "closed_rounds": lambda ids, _rows: closed_rounds.projects_of(ids),
}


def _grouped(
    rows: Rows, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None, *, single: bool = False
) -> dict[int, list[Any]]:
    """What else a row has, by the row's id, which comes first in the statement; `single`: one value each."""
    found: dict[int, list[Any]] = {}
    for row in rows(db.session.execute(statement, values)):
        found.setdefault(row[0], []).append(row[1] if single else tuple(row[1:]))
    return found


def complete(dataset: Dataset, rows: Iterable[tuple[Any, ...]], below: Rows = Result.all) -> list[tuple[Any, ...]]:
    """The rows with what stands in tables below their own, which `below` gets out of an answer."""
    rows = list(rows)
    if not rows or dataset.name not in BELOW:
        return rows
    id_ = dataset.places["id"]
    ids = [row[id_] for row in rows]
    columns = list(zip(*rows, strict=True))
    for name, of_row in BELOW[dataset.name](ids, below).items():
        columns[dataset.places[name]] = tuple(tuple(sorted(of_row.get(each, ()))) for each in ids)
    return list(zip(*columns, strict=True))
