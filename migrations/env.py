"""Runs the migrations on the app's own engine, and writes new ones free of the app's types."""

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import text

from app.models.types import Hundredths, Quarters, UtcDateTime

db = current_app.extensions["migrate"].db
PLAIN = {UtcDateTime: "sa.DateTime(timezone=True)", Quarters: "sa.SmallInteger()"}


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """A migration must mean the same in ten years: name what is stored, not the class that reads it."""
    if kind != "type":
        return False
    return "sa.BigInteger()" if isinstance(item, Hundredths) else PLAIN.get(type(item), False)


def run() -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # also while `flask read-only on` holds for everybody else
            connection.execute(text("SET TRANSACTION READ WRITE"))
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
