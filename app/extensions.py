"""Flask extensions, made once and bound to the app by the factory."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from htmx_flask import Htmx

from app.db import db

csrf = CSRFProtect()
htmx = Htmx()
login_manager = LoginManager()
# Limits are asked for by name where somebody signs in; no route pays for a check it does not need.
limiter = Limiter(key_func=get_remote_address)
# SQLite cannot alter a table in place, so migrations copy it ("batch").
migrate = Migrate(db=db, render_as_batch=True, compare_type=True)
