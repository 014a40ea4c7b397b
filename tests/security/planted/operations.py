"""Holes, each on a line that says so: what reads this project for faults must find every one. Nothing imports this."""

import os
import pickle
import subprocess

from flask import redirect, render_template_string, request, send_file  # hole: the request below the routes
from markupsafe import Markup
from sqlalchemy import text

from app.db import db
from app.extensions import csrf
from app.models import Project

SECRET_KEY = "p8Qz3vN1xR7tK5wJ9yL2mB6cD4fG0hSa"  # hole: a secret in the code


def found_by_name():
    return db.session.execute(text(f"SELECT * FROM projects WHERE name = '{request.args['name']}'"))  # hole: SQL


def found_by_name_again():
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT * FROM projects WHERE name = '{request.args['name']}'")  # hole: SQL


def greeted():
    return Markup("<p>" + request.args["name"])  # hole: reflected XSS


def shown(project):
    return Markup(project.name)  # hole: stored XSS


def drawn():
    return render_template_string("Hello " + request.args["name"])  # hole: a template from words


def sent_on():
    following = request.args.get("next")
    return redirect(following)  # hole: open redirect


def sent_back():
    return redirect(request.referrer)  # hole: open redirect


def handed_out():
    return send_file("instance/" + request.args["file"])  # hole: traversal


@csrf.exempt  # hole: no CSRF token
def saved():
    return Project(**request.form)  # hole: mass assignment


def changed(project):
    for name, value in request.form.items():  # hole: mass assignment
        setattr(project, name, value)


def remembered():
    return pickle.loads(request.data)  # hole: objects from bytes


def reckoned():
    return eval(request.args["sum"])  # hole: code from the request


def packed():
    subprocess.run("zip all.zip " + request.args["file"], shell=True)  # hole: shell


def packed_again():
    os.system("zip all.zip " + request.args["file"])  # hole: shell
