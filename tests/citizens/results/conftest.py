"""A small country: LAOs of several types in three provinces of two regions, with made-up projects and reports."""

from itertools import count

import pytest
from flask import Flask

from app.db import db, transaction
from app.models import Account, District, Organisation
from app.models.enums import OrganisationType, Role
from app.seeds.country import fill_country
from app.words import thai_sort_key
from tests.worlds import Worlds

TYPES = (OrganisationType.SAO, OrganisationType.SUBDISTRICT_MUNICIPALITY, OrganisationType.SAO, OrganisationType.TOWN)
DISTRICTS = ("6501", "6508", "9001", "9002", "9601")
LAOS_EACH = 5


def add_laos() -> None:
    number = count(1)
    for district in DISTRICTS:
        for _place in range(LAOS_EACH):
            id_ = next(number)
            name = f"{'องค์การบริหารส่วนตำบล' if id_ % 2 else 'เทศบาลตำบล'}{'กขคงจชซญฐณ'[id_ % 10]}{id_}"
            db.session.add(
                Organisation(
                    id=id_,
                    code=f"6{district}{id_:02}",
                    name=name,
                    name_sort=thai_sort_key(name),
                    type=TYPES[id_ % len(TYPES)],
                    province_code=district[:2],
                    district_code=district,
                )
            )
            db.session.flush()
            db.session.add(Account(id=id_, role=Role.LAO, organisation_id=id_))


@pytest.fixture
def country(app: Flask, worlds: Worlds) -> Flask:
    worlds.begin(_fill)
    return app


def _fill() -> None:
    with transaction():
        assert {db.session.get(District, code) is not None for code in DISTRICTS} == {True}
        add_laos()
    with transaction():
        fill_country(0.15, 7)
