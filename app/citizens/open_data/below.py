"""What else a row has, from tables below its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select

from app.citizens.open_data import closed_rounds
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.rules import Dataset, Field
from app.db import db, table
from app.models import FormerFacts, Organisation, ProjectDimension, ProjectYear, Succession

_O, _F, _PD, _Y, _SU = (
    table(each).c for each in (Organisation, FormerFacts, ProjectDimension, ProjectYear, Succession)
)


YEAR_SOURCES = {"fiscal_year": _Y.fiscal_year, "plan_budget": _Y.plan_budget_satang}


def _nested(name: str, field: str) -> tuple[Field, ...]:
    dataset = DATASETS[name]
    return dataset.fields[dataset.places[field]].nested


_IDS: Any = bindparam("ids", expanding=True)
_FURTHER = select(_PD.project_id, _PD.dimension).where(_PD.project_id.in_(_IDS))
_YEARS = select(_Y.project_id, *(YEAR_SOURCES[each.name] for each in _nested("projects", "years"))).where(
    _Y.project_id.in_(_IDS)
)


def _of_projects(ids: Sequence[int]) -> dict[str, dict[int, list[Any]]]:
    some = {"ids": ids}
    return {"further_dimensions": _grouped(_FURTHER, some, single=True), "years": _grouped(_YEARS, some)}


def _of_organisations(ids: Sequence[int]) -> dict[str, dict[int, list[Any]]]:
    first, last = min(ids), max(ids)
    before = table(FormerFacts).join(table(Organisation), _O.id == _F.organisation_id)
    followed = table(Succession).join(table(Organisation), _O.id == _SU.successor_id)

    def former(fact: str) -> dict[int, list[Any]]:
        other = select(_F.organisation_id, _F[fact]).where(_F[fact] != _O[fact]).distinct()
        return _grouped(other.select_from(before).where(_F.organisation_id.between(first, last)), single=True)

    successors = select(_SU.organisation_id, _O.code).select_from(followed)
    return {
        "former_codes": former("code"),
        "former_names": former("name"),
        "successor_codes": _grouped(successors.where(_SU.organisation_id.between(first, last)), single=True),
    }


# What else rows have, by field and by the id of the row.
BELOW: dict[str, Callable[[Sequence[int]], dict[str, dict[int, list[Any]]]]] = {
    "projects": _of_projects,
    "organisations": _of_organisations,
    "closed_rounds": closed_rounds.projects_of,
}


def _grouped(
    statement: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None, *, single: bool = False
) -> dict[int, list[Any]]:
    """What else a row has, by the row's id, which comes first in the statement; `single`: one value each."""
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(statement, values).all():
        found.setdefault(row[0], []).append(row[1] if single else tuple(row[1:]))
    return found


def complete(dataset: Dataset, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows with what stands in tables below their own."""
    rows = list(rows)
    if not rows or dataset.name not in BELOW:
        return rows
    id_ = dataset.places["id"]
    found = BELOW[dataset.name]([row[id_] for row in rows])
    below = [(dataset.places[name], of_row) for name, of_row in found.items()]
    return [_with(row, {place: tuple(sorted(of_row.get(row[id_], ()))) for place, of_row in below}) for row in rows]


def _with(row: tuple[Any, ...], values: Mapping[int, Any]) -> tuple[Any, ...]:
    """The row with these values in their places."""
    cells = list(row)
    for place, value in values.items():
        cells[place] = value
    return tuple(cells)
