"""User names of staff are kept as they are looked for: in small letters, with Arabic digits.

Two that differed in that alone (Admin, admin) both stay: the one that is written so already keeps the name, else the
one that signed in last, and the others get a number behind it. Each that changes more than its letters is logged, for
its owner has to be told.

Revision ID: 0021
Revises: 0020
"""

import logging
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from app.accounts.rules import sign_in_name

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

LONGEST = 60
TOLD = logging.getLogger("alembic.runtime.migration")
ACCOUNTS = sa.table("accounts", sa.column("id"), sa.column("username"), sa.column("last_login_at"))


def upgrade() -> None:
    bind = op.get_bind()
    rows = sorted(bind.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.username.is_not(None))), key=_comes_first)
    taken = {row.username for row in rows}
    for row in rows:
        wanted = sign_in_name(row.username)
        if row.username == wanted:
            continue
        name = _free(wanted, taken)
        taken.add(name)
        bind.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.id == row.id).values(username=name))
        if name != wanted:
            TOLD.warning("%r signs in as %r from now on: %r is another account's", row.username, name, wanted)


def _comes_first(row: sa.Row) -> tuple[bool, float, int]:
    """Whose name stays, stands first."""
    last = row.last_login_at
    moment = datetime.fromisoformat(last) if isinstance(last, str) else last
    seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() if moment else 0.0
    return row.username != sign_in_name(row.username), -seconds, row.id


def _free(wanted: str, taken: set[str]) -> str:
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted[: LONGEST - len(str(number)) - 1]}-{number}"
    return name


def downgrade() -> None:
    """Names stay as they are: how they were written is not kept, and all sign in."""
