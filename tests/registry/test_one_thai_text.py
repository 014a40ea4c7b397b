"""What was stored before keeps step: names and sort keys after an upgrade, and every search with the one key."""

import importlib.util
import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.db import db, table
from app.models import Organisation
from app.words import search_key, thai_sort_key
from tests.factories import make_organisation

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("app")
def test_an_upgrade_writes_old_names_and_keys_in_their_one_form() -> None:
    # given a name as it was typed and sorted before
    organisation = make_organisation()
    columns = table(Organisation).c
    old = {"name": "เทศบาลตำบลท\u0e48\u0e35 กม.๕", "name_sort": "เก่า"}
    db.session.execute(update(table(Organisation)).where(columns.id == organisation.id).values(old))
    spec = importlib.util.spec_from_file_location("m", ROOT / "migrations/versions/20261128_one_thai_text.py")
    assert spec
    assert spec.loader
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)

    # when
    migration.rewrite(db.session.connection(), table(Organisation), "id")

    # then
    name, name_sort = db.session.execute(select(columns.name, columns.name_sort)).one()
    assert name == "เทศบาลตำบลที่ กม.๕"
    assert name_sort == thai_sort_key(name)


@pytest.mark.usefixtures("app")
def test_the_database_keeps_the_search_key_of_app_words() -> None:
    columns = table(Organisation).c
    organisation = make_organisation()
    for name in ("สุไหงโก-ลก", "กม. ๐๑๒๓๔๕๖๗๘๙", "จ.ป.ร.", "กรุงเทพฯ – Anti–Corruption_100%/a"):
        renamed = update(table(Organisation)).where(columns.id == organisation.id).values(name=name)
        db.session.execute(renamed)
        assert db.session.scalar(select(columns.name_search)) == search_key(name)


def test_every_search_for_words_compares_search_keys() -> None:
    """A condition on part of a name would not find สุไหงโก-ลก by สุไหงโกลก."""
    plain = re.compile(
        r"^.*(?:_[A-Z]+|[A-Z]\w+)(?:\.c)?\.(?:full_)?name\.(?:like|ilike|contains|startswith)\(.*$", re.MULTILINE
    )
    for path in (ROOT / "app").rglob("*.py"):
        assert not plain.findall(path.read_text()), path
