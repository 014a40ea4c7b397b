"""Who may do what: roles to permissions, in one table, which guard.py asks before every view.

A view without `@public` or `@requires(...)` is refused. Which *rows* somebody may see is not decided
here: every query takes the actor and sees only what the actor may see.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import current_app
from flask_login import current_user
from werkzeug.exceptions import Forbidden

from app.models.enums import Role

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"


class Permission(StrEnum):
    CLAIM = "fill the profile at the first login"
    PROFILE = "see and change the own profile"
    HOME = "see the own summary"
    PROJECTS = "record, change and delete own projects"
    REPORTS = "report on own projects"
    EVALUATION = "see the own scores"
    RESULTS = "see the results of every place"
    REVIEW = "approve and reject projects of the own provinces"
    HISTORY = "see what was changed in the own LAO"
    ADMINISTRATION = "staff, plan periods, windows, registry"
    PLAN_YEARS = "say which plans of the own provinces passed"
    WAITING = "see who of the own provinces has not reported, and remind them"
    ACCOUNTS = "activation codes, resets and locks for LAOs of the own provinces"
    SCORES = "enter, close and publish scores of the own provinces"
    SIGNS = "see what should be checked in the own provinces, and say what came of it"
    EXPORTS = "make files of the own provinces"
    OWN_ACCOUNT = "renew the own password"
    SECOND_FACTOR = "see and change own second factors"
    SESSIONS = "see and end own sessions"
    MINIMUM_SCORE = "set the minimum score of a fiscal year for the whole country"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LAO: frozenset(
        {
            Permission.PROFILE,
            Permission.HOME,
            Permission.PROJECTS,
            Permission.REPORTS,
            Permission.EVALUATION,
            Permission.RESULTS,
            Permission.HISTORY,
            Permission.SESSIONS,
            Permission.SECOND_FACTOR,
        }
    ),
    Role.OFFICER: frozenset(
        {
            Permission.RESULTS,
            Permission.REVIEW,
            Permission.PLAN_YEARS,
            Permission.WAITING,
            Permission.ACCOUNTS,
            Permission.SCORES,
            Permission.SIGNS,
            Permission.EXPORTS,
            Permission.OWN_ACCOUNT,
            Permission.SESSIONS,
            Permission.SECOND_FACTOR,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.RESULTS,
            Permission.REVIEW,
            Permission.ADMINISTRATION,
            Permission.PLAN_YEARS,
            Permission.WAITING,
            Permission.ACCOUNTS,
            Permission.SCORES,
            Permission.SIGNS,
            Permission.EXPORTS,
            Permission.OWN_ACCOUNT,
            Permission.SESSIONS,
            Permission.SECOND_FACTOR,
            Permission.MINIMUM_SCORE,
        }
    ),
    Role.SYSTEM: frozenset(),
}
CLAIMANT_PERMISSIONS = frozenset({Permission.CLAIM})
NEWCOMER_PERMISSIONS = frozenset({Permission.SECOND_FACTOR})


@dataclass(frozen=True)
class Actor:
    """Who is doing something: handed to every query and operation.

    A claimant is an LAO at its first login: it may fill the profile and nothing else. A newcomer is staff who still has
    to add a second factor, and may do nothing before.
    """

    role: Role
    name: str
    account_id: int | None = None
    organisation_id: int | None = None
    organisation_code: str = ""
    province_code: str = ""
    province_codes: frozenset[str] = field(default_factory=frozenset)
    # Of the session that acts; the key is what its cookie holds, and only that.
    session_id: int | None = field(default=None, compare=False)
    session_key: str = field(default="", compare=False, repr=False)
    claiming: bool = False
    newcomer: bool = False
    has_factor: bool = field(default=False, compare=False)
    proved_at: datetime | None = field(default=None, compare=False)  # when it was last proved who sits there
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.session_key

    def may(self, permission: Permission) -> bool:
        if self.newcomer:
            return permission in NEWCOMER_PERMISSIONS
        return permission in (CLAIMANT_PERMISSIONS if self.claiming else ROLE_PERMISSIONS[self.role])

    @property
    def own_organisation_id(self) -> int:
        """The LAO this actor speaks for. Forbidden for anybody who speaks for none."""
        if self.organisation_id is None:
            raise Forbidden
        return self.organisation_id

    @property
    def own_account_id(self) -> int:
        """The account of this person. Forbidden for a command, which is nobody."""
        if self.account_id is None:
            raise Forbidden
        return self.account_id

    @property
    def landing(self) -> str:
        """Where signing in leads."""
        if self.claiming:
            return "/profile"
        if self.newcomer:
            return "/account/second-factor"
        return "/home" if self.role is Role.LAO else "/nacc"


def system(name: str) -> Actor:
    """The actor of a command: `name` stands in the history."""
    return Actor(role=Role.SYSTEM, name=name)


def actor() -> Actor:
    """Who is signed in; only for views that are not public."""
    return current_user._get_current_object()  # type: ignore[no-any-return]


def public(view: View) -> View:
    """Declare that anybody may open `view`."""
    view.access = (PUBLIC,)  # type: ignore[attr-defined]
    return view


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Declare that one of `permissions` opens the view."""

    def declare(view: View) -> View:
        view.access = permissions  # type: ignore[attr-defined]
        return view

    return declare


def asks_proof(view: View) -> View:
    """Declare that `view` opens or takes away much: who sits there proves once more who that is, if it was long ago."""
    view.asks_proof = True  # type: ignore[attr-defined]
    return view


def costs(view: View) -> View:
    """Declare that `view` reads a file that was sent, or draws one: an account has so many of them (app/guard.py)."""
    view.costs = True  # type: ignore[attr-defined]
    return view


def shows_contacts(view: View) -> View:
    """Declare that `view` shows coordinators to others than their LAO: whoever opens it is written down as such."""
    view.shows_contacts = True  # type: ignore[attr-defined]
    return view


def declared_access(endpoint: str) -> tuple[str, ...]:
    """What the view of `endpoint` declares; () where it declares nothing, and is refused."""
    access: tuple[str, ...] = getattr(current_app.view_functions[endpoint], "access", ())
    return access
