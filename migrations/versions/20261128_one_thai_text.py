"""One Thai text: a search key beside each name, and names and sort keys written anew.

The database keeps the search keys itself: with the row on PostgreSQL, made while reading on SQLite, which can
add no other kind of column. A tone mark typed before its vowel and the raised marks of old fonts stand in their
one right form from now on, so that old names are found and sorted as what is typed today; Thai digits sort
beside the others. Only rows that differ are written.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from app.words import clean_line, thai_sort_key

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

AT_ONCE = 5_000
TABLES = {"provinces": "code", "districts": "code", "organisations": "id", "projects": "id"}
IGNORED = " -\u2010\u2011\u2012\u2013\u2014.ฯ"
THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"


def upgrade() -> None:
    stored = op.get_bind().dialect.name != "sqlite"
    for table, key in TABLES.items():
        rewrite(op.get_bind(), sa.table(table, sa.column(key), sa.column("name"), sa.column("name_sort")), key)
        searched = search_key("full_name" if table == "districts" else "name")
        op.add_column(table, sa.Column("name_search", sa.Text(), sa.Computed(searched, persisted=stored)))


def search_key(column: str) -> str:
    expression = f"lower({column})"
    for letter in IGNORED:
        expression = f"replace({expression}, '{letter}', '')"
    for digit, thai in enumerate(THAI_DIGITS):
        expression = f"replace({expression}, '{thai}', '{digit}')"
    return expression


def rewrite(bind: sa.Connection, table: sa.TableClause, key: str) -> None:
    column, name, name_sort = table.c[key], table.c.name, table.c.name_sort
    page = sa.select(column, name, name_sort).order_by(column).limit(AT_ONCE)
    change = sa.update(table).where(column == sa.bindparam("row"))
    change = change.values(name=sa.bindparam("new"), name_sort=sa.bindparam("sort"))
    rows = bind.execute(page).all()
    while rows:
        if moved := [each for row in rows if (each := _meant(*row))]:
            bind.execute(change, moved)
        rows = bind.execute(page.where(column > rows[-1][0])).all()


def _meant(row: int | str, name: str, name_sort: str) -> dict[str, int | str] | None:
    """What the row should hold, or None where it does."""
    new = clean_line(name)
    sort = thai_sort_key(new)
    return None if (new, sort) == (name, name_sort) else {"row": row, "new": new, "sort": sort}


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "name_search")
