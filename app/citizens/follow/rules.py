"""What a feed and a calendar say. Pure.

Readers of feeds keep what they got: of texts that may one day have to go, a feed tells the name of a project and why
NACC decided so, and leaves the others to the page that it leads to.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.history.rules import NO_VALUE, action_label, changes, subject, told_in_public
from app.language import said
from app.ledger.rules import Share, share
from app.models.enums import Action, Entity, Role
from app.plans.rules import ReportWindow
from app.registry.english import spelled

# Reports, verdicts and amendments, and that a project is gone. Each is on the page of the project or of the LAO, too.
ACTIONS = (
    *(Action.REPORT, Action.CORRECT_REPORT, Action.TAKE_BACK_REPORT, Action.SEND_ROUND),
    *(Action.APPROVE, Action.REJECT, Action.TAKE_BACK, Action.SET_PLAN_YEAR),
    *(Action.FIX_ROUND, Action.AMEND_ROUND, Action.REOPEN_ROUND),
    *(Action.DELETE, Action.BRING_BACK),
)
OF_A_PROJECT = (Entity.PROJECT, Entity.REPORT)
KINDS = (*OF_A_PROJECT, Entity.PLAN_YEAR, Entity.FIXED_ROUND, Entity.SENT_ROUND)
WHY = (Action.REJECT, Action.DELETE, Action.AMEND_ROUND)  # whose reason stands on a page for everybody
WHOLE = (Action.DELETE, Action.BRING_BACK)  # their facts are all of a project
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


class FollowedLao(NamedTuple):
    name: str
    code: str


@dataclass(frozen=True)
class ToldDeed:
    """An entry of the history."""

    id: int
    at: datetime
    actor_role: Role
    action: str
    entity: str
    entity_key: str
    organisation_id: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str


@dataclass(frozen=True)
class FeedEntry:
    """`path`: the page that tells all of it, below the address of the country's page."""

    id: int
    at: datetime
    title: str
    summary: str
    by: str
    path: str


def project_in(deed: ToldDeed) -> int:
    """The project that a deed was done to; 0 for none."""
    return int(deed.entity_key.split("/")[0]) if deed.entity in OF_A_PROJECT else 0


def deed_told(deed: ToldDeed, lao: FollowedLao, projects: Mapping[int, tuple[str, bool]]) -> FeedEntry | None:
    """In words; None for what is not told. `projects`: name of each, and whether it is deleted."""
    name, deleted = projects.get(project_in(deed), ("", deed.entity in OF_A_PROJECT))
    if deleted and (not name or deed.action != Action.DELETE):
        return None
    what = subject(deed.entity, deed.entity_key, "").replace(f"{Entity.PROJECT.label} {project_in(deed)}", name, 1)
    whose = spelled(lao.name)
    by = told_in_public(deed.actor_role, whose)
    return FeedEntry(
        deed.id,
        deed.at,
        in_xml(f"{action_label(deed.action)}: {what} – {whose}"),
        in_xml(" · ".join((said("โดย {by}", by=by), *_said_of(deed)))),
        in_xml(by),
        _path(deed, lao),
    )


def _said_of(deed: ToldDeed) -> Iterator[str]:
    if deed.reason and deed.action in WHY:
        yield said("เพราะ {reason}", reason=deed.reason)
    if deed.action not in WHOLE:
        for label, before, after in changes(_open_facts(deed, deed.before), _open_facts(deed, deed.after)):
            yield f"{label}: {after}" if before == NO_VALUE else f"{label}: {before} → {after}"


def _open_facts(deed: ToldDeed, facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """Those that stand in the public log as they are; moments and sums of bytes say nothing to a reader."""
    return {
        name: value
        for name, value in (facts or {}).items()
        if share(deed.entity, name) is Share.OPEN and not name.endswith("_at") and name != "sha256"
    }


def _path(deed: ToldDeed, lao: FollowedLao) -> str:
    key = deed.entity_key.split("/")
    moment = f"?year={key[1]}" if len(key) > 1 else ""
    moment += f"&round={key[2]}" if len(key) > 2 else ""
    start = f"/projects/{key[0]}" if deed.entity in OF_A_PROJECT else f"/organisations/{lao.code}"
    return start + moment


def in_xml(text: str) -> str:
    """Without the letters that no XML may have: one of them would end the whole feed."""
    return _NOT_IN_XML.sub("", text)


def feed_moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- the calendar ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CalendarEvent:
    """`uid` and `version` tell a calendar program which of its own events this is, and whether it is newer."""

    uid: str
    version: int
    changed_at: datetime
    begins: datetime
    ends: datetime | None
    title: str
    about: str


def window_event(window: ReportWindow, version: int, set_at: datetime | None, host: str) -> CalendarEvent:
    return CalendarEvent(
        f"window-{window.year}-{int(window.round)}@{host}",
        version,
        set_at or window.opens_at,
        window.opens_at,
        window.closes_at,
        said("รับรายงาน{round.label} ปีงบประมาณ {year}", round=window.round, year=window.year),
        window.sentence(window.opens_at),
    )
