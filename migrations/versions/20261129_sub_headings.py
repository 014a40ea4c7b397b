"""Headings below a dimension, and the one a project stands under: of its own plan period and main dimension, or none.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
KEY = "fk_projects_plan_period_id_dimension_sub_heading"
OWN = ["plan_period_id", "dimension", "sub_heading"]
HEADINGS = ["plan_period_id", "dimension", "number"]
# In SQLite's words of the table: the column as it adds it, and on a line of its own with the key, as it reads them.
ADDED = ", sub_heading VARCHAR(7),"
KEYED = (
    ",\n\tsub_heading VARCHAR(7),\n\t"
    f"CONSTRAINT {KEY} FOREIGN KEY({', '.join(OWN)}) REFERENCES sub_headings ({', '.join(HEADINGS)}),"
)


def upgrade() -> None:
    op.create_table(
        "sub_headings",
        sa.Column("plan_period_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=7), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_period_id", "dimension"],
            ["dimensions.plan_period_id", "dimensions.number"],
            name=op.f("fk_sub_headings_plan_period_id_dimension"),
        ),
        sa.PrimaryKeyConstraint(*HEADINGS, name=op.f("pk_sub_headings")),
    )
    op.add_column("projects", sa.Column("sub_heading", sa.String(length=7), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _reword(ADDED, KEYED)
    else:
        op.create_foreign_key(op.f(KEY), "projects", "sub_headings", OWN, HEADINGS)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _reword(KEYED, ADDED)
    else:
        op.drop_constraint(op.f(KEY), "projects", type_="foreignkey")
    op.drop_column("projects", "sub_heading")
    op.drop_table("sub_headings")


def _reword(before: str, after: str) -> None:
    """Change what SQLite says of the table, whose rows all are NULL in the column.

    It adds no key of several columns to a table that is there, and a new table in its place would take with it,
    row by row, what points at the old one.
    """
    bind = op.get_bind()
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = sa.text(
        "UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE name = 'projects' AND instr(sql, :before)"
    )
    if bind.execute(changed, {"before": before, "after": after}).rowcount != 1:
        raise RuntimeError("SQLite words the table of projects otherwise than expected: nothing was changed.")
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
