"""The projects behind a figure of a closed round, from what was fixed. All of it is public: no actor is asked for."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, literal, select

from app.citizens.figures.rules import DEFINITIONS, Amount, Figure, FigureRequest, ProjectLine, Side, side_of
from app.db import db, table
from app.lao.fixed_rounds.documents import FixedProject, fixed_projects
from app.models import FixedRound, FixedSum
from app.models.enums import PlaceKind, ReportStatus

_F, _S = table(FixedRound).c, table(FixedSum).c
_COUNTED_IN = {
    ReportStatus.IN_PROGRESS: _S.in_progress,
    ReportStatus.DONE: _S.done,
    ReportStatus.CANNOT: _S.cannot,
    ReportStatus.NOT_REPORTED: _S.waiting,
}
_WITH = {Amount.PLANNED: _S.with_plan, Amount.ORDINANCE: _S.in_ordinance, Amount.SPENT: _S.with_spent}


def _number(figure: Figure, side: Side) -> ColumnElement[int]:
    """How many projects of a fixed sum are on that side: a figure with an amount asks for no status."""
    wanted = DEFINITIONS[figure]
    total = _in(ReportStatus)
    counted: ColumnElement[int] = _WITH[wanted.amount] if wanted.amount else _in(sorted(wanted.statuses))
    return {Side.COUNTED: counted, Side.REST: total - counted, Side.LEFT_OUT: _S.left_out}[side]


def _in(statuses: Iterable[ReportStatus]) -> ColumnElement[int]:
    return sum((_COUNTED_IN[status] for status in statuses), literal(0))


def _fixed_here(asked: FigureRequest) -> list[ColumnElement[bool]]:
    """The results of the place that are fixed: an LAO's wherever it was then."""
    place, here = asked.place, [_F.fiscal_year == asked.year, _F.round == int(asked.round), _F.in_force]
    if place.kind is PlaceKind.ORGANISATION:
        return [*here, _F.organisation_id == place.id]
    inside = [_F.district_code == place.code] if place.kind is PlaceKind.DISTRICT else []
    return [*here, _F.province_code.in_(place.province_codes), *inside]


def fixed_numbers(asked: FigureRequest, side: Side) -> list[tuple[str, int, int]]:
    """(code and id of an LAO, number of its projects on that side), from the sums that were fixed."""
    number = func.sum(_number(asked.figure, side))
    of_dimension = [_S.dimension == asked.dimension] if asked.dimension else []
    found = db.session.execute(
        select(_F.code, _F.organisation_id, number)
        .join_from(table(FixedRound), table(FixedSum), _S.fixed_round_id == _F.id)
        .where(*_fixed_here(asked), *of_dimension)
        .group_by(_F.code, _F.organisation_id)
        .having(number > 0)
    )
    return [(code, id_, int(number)) for code, id_, number in found]


def fixed_lines(
    asked: FigureRequest, side: Side, laos: list[int], codes: dict[int, str]
) -> dict[int, list[ProjectLine]]:
    """The projects of that side, by LAO, as they stood when the round closed."""
    found: dict[int, list[ProjectLine]] = {}
    here = (_F.organisation_id.in_(laos), *_fixed_here(asked))
    names = dict(db.session.execute(select(_F.organisation_id, _F.name).where(*here)).all())
    for id_, projects in fixed_projects(laos, asked.year, asked.round).items():
        lines = (_project_line(each, codes[id_], names[id_]) for each in projects)
        fits = (each for each in lines if asked.dimension in (0, each.dimension))
        found[id_] = [each for each in fits if side_of(asked.figure, each) is side]
    return found


def _project_line(project: FixedProject, code: str, lao: str) -> ProjectLine:
    line = project.line
    amounts = (line.planned, line.ordinance, line.spent)
    what = (line.project_id, project.name, project.kind, line.dimension, code, lao, line.status)
    return ProjectLine(*what, *amounts, line.review, line.deleted, line.reason).in_public
