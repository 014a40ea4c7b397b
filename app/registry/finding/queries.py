"""Searching the registry: its index is kept by each process for itself, and made anew when the registry changes.

What tells of a change is asked of the registry's own tables, so it is seen at the next search, whoever made it, in
whichever process, with or without an entry in the history.
"""

from collections.abc import Iterator
from threading import Lock
from typing import Any

from flask import current_app
from sqlalchemy import func, literal, select, union_all

from app.db import db, table
from app.models import District, FormerFacts, Organisation, Province, Succession
from app.models.enums import OrganisationType, PlaceKind
from app.registry.finding.english import romanised
from app.registry.finding.index import Among, Finding, Index, KnownPlace, Named
from app.registry.rules import province_words

KEPT = "registry-index"
_O, _P, _D, _F, _S = (table(model).c for model in (Organisation, Province, District, FormerFacts, Succession))
# Every change of an LAO raises its version; what it was, and what it goes on in, is only ever added to.
_STAMP = select(
    *(func.sum(_O.version + 1), func.count(_O.closed_at)),
    *(
        select(func.count()).select_from(table(model)).scalar_subquery()
        for model in (Province, District, FormerFacts, Succession)
    ),
)


class KeptIndex:
    """The index of this process. One thread makes it anew, and the others wait: 0.7 seconds, when an LAO changed."""

    def __init__(self) -> None:
        self._one = Lock()
        self.clear()

    def clear(self) -> None:
        """Begin anew (tests, where a database takes the place of another)."""
        with self._one:
            self._stamp: Any = None
            self._index = Index(())

    def now(self) -> Index:
        stamp = tuple(db.session.execute(_STAMP).one())
        with self._one:
            if stamp != self._stamp:
                self._index, self._stamp = Index(_places()), stamp
            return self._index


def find_places(q: str, among: Among) -> Finding:
    """Who fits `q`, and who is near. What stands in the registry is public: no actor is asked for."""
    kept: KeptIndex = current_app.extensions[KEPT]
    return kept.now().find(q, among)


def find_laos(q: str, province_code: str = "", district_code: str = "", *, closed: bool = False) -> Finding:
    """LAOs of the place, open ones if nothing else is said; without words all of them, in Thai order."""
    return find_places(q, Among(frozenset({PlaceKind.ORGANISATION}), province_code, district_code, closed))


def _places() -> Iterator[KnownPlace]:
    yield from _provinces()
    yield from _districts()
    yield from _laos()


def _provinces() -> Iterator[KnownPlace]:
    for code, name, english in db.session.execute(select(_P.code, _P.name, _P.name_en).order_by(_P.name_sort)):
        names = (Named(province_words(code, name), name, english=english),)
        yield KnownPlace(PlaceKind.PROVINCE, 0, (code,), names, False, code, name, english)


def _districts() -> Iterator[KnownPlace]:
    rows = db.session.execute(
        select(_D.code, _D.full_name, _D.name, _D.name_en, _P.code, _P.name, _P.name_en, _D.code, _D.name, _D.name_en)
        .join_from(table(District), table(Province), _P.code == _D.province_code)
        .order_by(_D.name_sort, _D.code)
    )
    for code, whole, name, english, *larger in rows:
        names = (Named(whole, name, english=english),)
        yield KnownPlace(PlaceKind.DISTRICT, 0, (code,), names, False, *larger)


def _laos() -> Iterator[KnownPlace]:
    names_in_roman = _romanised_places() | romanised()
    before: dict[int, list[tuple[str, str, OrganisationType]]] = {}
    for id_, *facts in db.session.execute(_before()):
        before.setdefault(id_, []).append(tuple(facts))
    rows = db.session.execute(
        select(
            *(_O.id, _O.code, _O.name, _O.type, _O.closed_at.is_not(None)),
            *(_P.code, _P.name, _P.name_en),
            *(_D.code, func.coalesce(_D.name, ""), func.coalesce(_D.name_en, "")),
        )
        .join_from(table(Organisation), table(Province), _P.code == _O.province_code)
        .outerjoin(table(District), _D.code == _O.district_code)
        .order_by(_P.name_sort, _D.name_sort, _O.name_sort, _O.code)
    )
    for id_, code, name, type_, closed, *larger in rows:
        known = [(code, name, type_), *before.get(id_, ())]
        names = tuple(
            Named(named, short, n == 0, kind, names_in_roman.get(short, ""))
            for n, (named, kind) in enumerate(dict.fromkeys((each[1], each[2]) for each in known))
            for short in [named.removeprefix(kind.thai) or named]
        )
        codes = tuple(dict.fromkeys(each[0] for each in known if each[0]))
        yield KnownPlace(PlaceKind.ORGANISATION, id_, codes, names, closed, *larger)


def _before() -> Any:
    """What LAOs were, and those they go on for; the codes of these stay their own."""
    own = select(_F.organisation_id, _F.code, _F.name, _F.type, _F.until)
    gone = select(_S.successor_id, literal(""), _O.name, _O.type, _S.at).join_from(
        table(Succession), table(Organisation), _O.id == _S.organisation_id
    )
    every = union_all(own, gone).subquery()
    return select(every.c[0], every.c[1], every.c[2], every.c[3]).order_by(every.c[4].desc(), every.c[1])


def _romanised_places() -> dict[str, str]:
    places = union_all(select(_P.name, _P.name_en), select(_D.name, _D.name_en))
    return dict(db.session.execute(places).all())
