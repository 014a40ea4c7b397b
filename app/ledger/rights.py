"""What the role of the app may do on PostgreSQL: it adds to history and log, and can neither change nor remove.

Nor can it change the shape of any table, or what watches over it.
"""

from sqlalchemy import text

from app.db import db

APPEND_ONLY = ("history", "log_entries", "log_nodes", "log_heads")
# What blacking out needs; triggers, which only the owner of the tables can drop, allow nothing else there.
MAY_CHANGE = {"history": ("before", "after", "actor_name"), "log_entries": ("commitments",)}


def statements(role: str) -> list[str]:
    """The SQL, for the owner of the tables to run. Run it again after an upgrade: new tables need it too.

    What the role was once given beyond this goes; before PostgreSQL 15 everybody may make tables in the schema.
    """
    name = db.engine.dialect.identifier_preparer.quote(role)
    tables = ", ".join(APPEND_ONLY)
    return [
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE UPDATE, DELETE ON {tables} FROM {name}",
        *(f"GRANT UPDATE ({_named(columns)}) ON {table} TO {name}" for table, columns in MAY_CHANGE.items()),
    ]


def _named(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def give(role: str) -> None:
    """Give the role these rights. Raises DBAPIError where there is no such role."""
    for statement in statements(role):
        db.session.execute(text(statement))
