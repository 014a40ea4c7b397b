"""The review queue stands in the order of the date it shows: since when a project waits.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

WAITS = sa.text("review_status = 'pending' AND deleted_at IS NULL")
INDEXES = {"ix_projects_waiting": [], "ix_projects_pending": ["province_code"]}


def _in_order_of(moment: str) -> None:
    for name, first in INDEXES.items():
        op.drop_index(name, table_name="projects")
        op.create_index(name, "projects", [*first, moment, "id"], postgresql_where=WAITS, sqlite_where=WAITS)


def upgrade() -> None:
    _in_order_of("updated_at")


def downgrade() -> None:
    _in_order_of("created_at")
