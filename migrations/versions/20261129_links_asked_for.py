"""A link for a new password says when it was asked for: a later request brings the same one, and ends none in use.

Links of before have no such moment. They live on to their end, and are not brought again.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("password_resets", sa.Column("asked_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("password_resets", "asked_at")
