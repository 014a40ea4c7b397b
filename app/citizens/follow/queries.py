"""What was done lately at a place, and what there is to be found. All of it is public: no actor is asked for."""

from collections.abc import Sequence
from datetime import datetime
from heapq import nlargest
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, cast, func, select

from app.citizens.follow.rules import ACTIONS, KINDS, FeedEntry, FollowedLao, ToldDeed, deed_told, project_in
from app.citizens.places.rules import Place, path_of
from app.db import db, table
from app.models import District, HistoryEntry, Organisation, Project, Province
from app.models.enums import Entity, PlaceKind, Round
from app.plans.queries import set_windows
from app.plans.rules import ReportWindow

MOST_ENTRIES = 50
LOOKED_AT = 100  # of each LAO's newest deeds: a feed costs the same however long its history is
_H, _O, _P = table(HistoryEntry).c, table(Organisation).c, table(Project).c


def feed_entries(place: Place) -> list[FeedEntry]:
    """The newest deeds at a place that are told in public, the latest first; of deleted projects that they are."""
    ids = _newest(_inside(place))
    if not ids:
        return []
    told = (_H.id, _H.at, _H.actor_role, _H.action, _H.entity, _H.entity_key, _H.organisation_id)
    rows = db.session.execute(select(*told, _H.before, _H.after, _H.reason).where(_H.id.in_(ids)))
    deeds = sorted((ToldDeed(**row._mapping) for row in rows), key=lambda deed: -deed.id)
    laos = _followed_laos({deed.organisation_id for deed in deeds})
    names = _project_names({project_in(deed) for deed in deeds})
    return [entry for each in deeds if (entry := deed_told(each, laos[each.organisation_id], names))]


def _inside(place: Place) -> ColumnElement[bool]:
    if place.kind is PlaceKind.ORGANISATION:
        return _O.id == place.id
    return (_O.district_code if place.kind is PlaceKind.DISTRICT else _O.province_code) == place.code


def _newest(inside: ColumnElement[bool]) -> list[int]:
    """Their ids, the latest first.

    Each LAO's are read from the end of its own part of the index, in a subquery of its own: a join leaves the order to
    the database, and either one goes through the whole history sooner or later.
    """
    own = (
        select(_H.id, _H.action, _H.entity)
        .where(_H.organisation_id == _O.id)
        .order_by(_H.id.desc())
        .limit(LOOKED_AT)
        .correlate(table(Organisation))
        .subquery()
    )
    told = (
        select(func.aggregate_strings(cast(own.c.id, String), ","))
        .where(own.c.action.in_([each.value for each in ACTIONS]), own.c.entity.in_([each.value for each in KINDS]))
        .correlate(table(Organisation))
        .scalar_subquery()
    )
    found = db.session.scalars(select(told).select_from(table(Organisation)).where(inside))
    return nlargest(MOST_ENTRIES, (int(id_) for ids in found if ids for id_ in ids.split(",")))


def _followed_laos(ids: set[int]) -> dict[int, FollowedLao]:
    rows = db.session.execute(select(_O.id, _O.name, _O.code).where(_O.id.in_(ids)))
    return {id_: FollowedLao(name, code) for id_, name, code in rows}


def _project_names(project_ids: set[int]) -> dict[int, tuple[str, bool]]:
    """Name of each project, and whether it is deleted."""
    rows = db.session.execute(select(_P.id, _P.name, _P.deleted_at.is_not(None)).where(_P.id.in_(project_ids)))
    return {id_: (name, deleted) for id_, name, deleted in rows}


class SetWindow(NamedTuple):
    """A window that was set, and when; `set_at` None: before there was a history."""

    window: ReportWindow
    version: int
    set_at: datetime | None


def windows_in_calendar() -> list[SetWindow]:
    """Those of everybody: more time for some LAOs is told to these."""
    found = set_windows()
    keys = [_window_key(window.year, window.round) for window, _version in found]
    last = select(_H.entity_key, func.max(_H.at)).where(
        _H.entity == Entity.WINDOW.value, _H.entity_key.in_(keys), _H.organisation_id.is_(None)
    )
    set_at: dict[str, datetime] = dict(db.session.execute(last.group_by(_H.entity_key)).all())
    return [SetWindow(window, version, set_at.get(_window_key(window.year, window.round))) for window, version in found]


def _window_key(year: int, round_: Round) -> str:
    return f"{year}/{int(round_)}"


def paths_of_places() -> Sequence[str]:
    """Below the address of the country's page: provinces, districts and LAOs, closed ones too."""
    kinds = ((PlaceKind.PROVINCE, Province), (PlaceKind.DISTRICT, District), (PlaceKind.ORGANISATION, Organisation))
    return [
        path_of(kind, code)
        for kind, model in kinds
        for code in db.session.scalars(select(table(model).c.code).order_by(table(model).c.code))
    ]
