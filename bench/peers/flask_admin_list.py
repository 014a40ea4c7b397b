"""The projects in Flask-Admin, four columns editable in the list. Imported by a server in the peers' venv alone.

It has no sign-in, no CSRF and no history of its own. PEER_FOLDER has rows.json and gets the database.
"""

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Numeric, event
from sqlalchemy.engine import Engine

folder = Path(os.environ["PEER_FOLDER"])
app = Flask("flask_admin_list")
app.config["SECRET_KEY"] = "only for measuring"
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'flask_admin.sqlite3'}"
db = SQLAlchemy(app)
STATUSES = [(each, each) for each in ("not_reported", "in_progress", "done", "cannot")]


@event.listens_for(Engine, "connect")
def as_ours(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


class Project(db.Model):  # type: ignore[name-defined]
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(300), nullable=False)
    kind = db.Column(db.String(20))
    dimension = db.Column(db.Integer)
    review = db.Column(db.String(20))
    planned = db.Column(Numeric(13, 2, asdecimal=False))
    status = db.Column(db.String(20))
    ordinance = db.Column(Numeric(13, 2, asdecimal=False))
    spent = db.Column(Numeric(13, 2, asdecimal=False))
    note = db.Column(db.String(500))


class Projects(ModelView):
    column_list = ("name", "kind", "dimension", "review", "planned", "status", "ordinance", "spent", "note")
    column_editable_list = ("status", "ordinance", "spent", "note")
    form_choices = {"status": STATUSES}  # noqa: RUF012 - as its documentation has it
    page_size = 100


Admin(app).add_view(Projects(Project, db.session))
with app.app_context():
    if not (folder / "flask_admin.sqlite3").exists():
        db.create_all()
        db.session.add_all(Project(**row) for row in json.loads((folder / "rows.json").read_text()))
        db.session.commit()
