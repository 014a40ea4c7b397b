"""What was done lately at a place, and what there is to be found. All of it is public: no actor is asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select

from app.citizens.follow.rules import ACTIONS, KINDS, FeedEntry, ToldDeed, deed_told, project_in
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
    ids = db.session.scalars(_newest(_inside(place))).all()
    wanted = (
        select(_H.id, _H.at, _H.actor_role, _H.action, _H.entity, _H.entity_key, _H.before, _H.after, _H.reason)
        .add_columns(_O.name.label("lao"), _O.code.label("lao_code"))
        .join_from(table(HistoryEntry), table(Organisation), _O.id == _H.organisation_id)
        .where(_H.id.in_(ids))
        .order_by(_H.id.desc())
    )
    deeds = [ToldDeed(**row._mapping) for row in db.session.execute(wanted)]
    names = _project_names({project_in(each) for each in deeds})
    return [told for each in deeds if (told := deed_told(each, names))]


def _inside(place: Place) -> ColumnElement[bool]:
    if place.kind is PlaceKind.ORGANISATION:
        return _O.id == place.id
    return (_O.district_code if place.kind is PlaceKind.DISTRICT else _O.province_code) == place.code


def _newest(inside: ColumnElement[bool]) -> Any:
    """Their ids. From where on an LAO's deeds are looked at is read in the index of the history by LAOs alone."""
    own = table(HistoryEntry).alias("own")
    from_ = (
        select(own.c.id)
        .where(own.c.organisation_id == _O.id)
        .order_by(own.c.id.desc())
        .limit(1)
        .offset(LOOKED_AT - 1)
        .scalar_subquery()
    )
    here = and_(_H.organisation_id == _O.id, _H.id >= func.coalesce(from_, 0))
    return (
        select(_H.id)
        .join_from(table(Organisation), table(HistoryEntry), here)
        .where(inside, _H.action.in_([each.value for each in ACTIONS]), _H.entity.in_([each.value for each in KINDS]))
        .order_by(_H.id.desc())
        .limit(MOST_ENTRIES)
    )


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
