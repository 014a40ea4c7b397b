"""Activation codes are kept under SECRET_KEY. Those that were handed out stay good: what was kept of them is wrapped.

Revision ID: 0029
Revises: 0028
"""

import hmac

import click
import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ACCOUNTS = sa.table("accounts", sa.column("id"), sa.column("activation_hash"), sa.column("activation_expires_at"))
A = ACCOUNTS.c


def upgrade() -> None:
    key, connection = current_app.config["SECRET_KEY"].encode(), op.get_bind()
    handed_out = connection.execute(sa.select(A.id, A.activation_hash).where(A.activation_hash.is_not(None))).all()
    for id_, fingerprint in handed_out:
        kept = hmac.digest(key, f"activation code {fingerprint}".encode(), "sha256").hex()
        connection.execute(sa.update(ACCOUNTS).where(A.id == id_).values(activation_hash=kept))


def downgrade() -> None:
    """Nobody can say what was kept before."""
    gone = sa.update(ACCOUNTS).where(A.activation_hash.is_not(None))
    if op.get_bind().execute(gone.values(activation_hash=None, activation_expires_at=None)).rowcount:
        click.echo("Activation codes that were handed out are no longer good: issue them anew.", err=True)
