"""A dimension has a version: two administrators with its page open no longer overwrite each other unseen.

Every dimension that is there starts at 1, as a new one does. Nothing else changes.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dimensions", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("dimensions", "version")
