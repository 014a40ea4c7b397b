"""Mails that are tried again later, and those that were given up.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_log", sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mail_log", sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE mail_log SET given_up_at = queued_at WHERE sent_at IS NULL AND attempts >= 3")


def downgrade() -> None:
    op.drop_column("mail_log", "given_up_at")
    op.drop_column("mail_log", "next_try_at")
