"""What citizens see: the results of every place, without an account."""

from flask import Blueprint

from app.access import public
from app.results.routes import Site, mount

blueprint = Blueprint("public", __name__)
SITE = Site("/public", "layout/outside.html", public=True)
mount(blueprint, SITE, public)
