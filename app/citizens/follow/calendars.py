"""The calendar of windows as RFC 5545 has it. Moments are told in UTC, which needs no table of time zones."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from icalendar import Calendar, Event

from app.citizens.follow.rules import CalendarEvent
from app.language import in_english

REFRESHED = timedelta(days=1)


def calendar(name: str, address: str, events: Iterable[CalendarEvent]) -> bytes:
    """`address`: the page that says more."""
    made, product = Calendar(), f"-//e-PlanNACC//windows//{'EN' if in_english() else 'TH'}"
    for fact, value in (("VERSION", "2.0"), ("PRODID", product), ("CALSCALE", "GREGORIAN")):
        made.add(fact, value)
    for fact in ("NAME", "X-WR-CALNAME"):
        made.add(fact, name)
    made.add("X-PUBLISHED-TTL", "P1D")
    made.add("REFRESH-INTERVAL", REFRESHED, parameters={"VALUE": "DURATION"})
    for each in events:
        made.add_component(_event(each, address))
    written: bytes = made.to_ical()
    return written


def _event(event: CalendarEvent, address: str) -> Event:
    made = Event()
    made.add("UID", event.uid)
    made.add("SEQUENCE", event.version - 1)
    made.add("DTSTAMP", event.changed_at.astimezone(UTC))
    made.add("DTSTART", event.begins.astimezone(UTC))
    if event.ends:
        made.add("DTEND", event.ends.astimezone(UTC))
    made.add("SUMMARY", event.title)
    made.add("DESCRIPTION", event.about)
    made.add("URL", address)
    made.add("TRANSP", "TRANSPARENT")  # it lasts for months, and nobody is busy all the while
    return made
