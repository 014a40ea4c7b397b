"""Walks through the running application as each role and tries at every form and address what an attacker tries.

It signs in by the real page, follows links, and sends the forms it finds: with marks in every field, without a token,
with rows of somebody else, with columns that no form has. It judges by the answers and by the database beside it.
`make security` lets it loose on a twin with planted holes, too (twin.py).
"""

import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from flask import Flask
from sqlalchemy import String
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client, TestResponse

from app.db import Base
from app.fields import Form
from tests.accounts.second_factor.test_proving_again import ASKED, CONFIRM
from tests.client import TOKEN
from tests.factories import YEAR
from tests.house.test_access import ANYBODY, TABLE, WHO_OPENS, address, known_routes
from tests.house.test_kept_pages import HEADERS, SECRET, stranger_with_much
from tests.pages import crawl, shape, tags
from tests.security.town import FOREIGN, MARK, PRIVATE, Person

COOKIE = "eplannacc"
ELSEWHERE = "elsewhere.example"
ANOTHER_SITE = {"Sec-Fetch-Site": "cross-site", "Origin": f"https://{ELSEWHERE}"}
OURS = {"Sec-Fetch-Site": "same-origin"}
FORWARDED = {"Host": ELSEWHERE, "X-Forwarded-Host": ELSEWHERE, "X-Forwarded-Prefix": f"//{ELSEWHERE}"}
REFLECTED = "<i data-probe=reflected>'\""
LEADS_AWAY, CLIMBS = f"//{ELSEWHERE}/", "../" * 12 + "etc/passwd"
EXTRA = "extra-mark"
COLUMNS = {column.name for each in Base.metadata.sorted_tables for column in each.c if isinstance(column.type, String)}
# Whoever signs in, or fails to, has done nothing yet; nor has a form that was done and changed nothing.
UNTOLD = {"sessions", "failed_sign_ins", "done_deeds"}
OPEN = (ANYBODY, TABLE)  # what everybody who is signed in may read of everybody


class Finding(NamedTuple):
    kind: str
    where: str


class SentForm(NamedTuple):
    method: str
    action: str
    fields: dict[str, str]


class Crawler:
    """`wsgi` serves `app`, in this process or over a wire, and `app` says where its SQLite file is."""

    def __init__(self, wsgi: Any, app: Flask, most: int = 1) -> None:
        self.wsgi, self.app, self.most, self.map = wsgi, app, most, app.url_map.bind("localhost")
        self.rows = sqlite3.connect(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"), timeout=20)
        self.rows.isolation_level = None
        self.version, self.told = 0, ""
        self.found: set[Finding] = set()
        # Requests; forms sent as they are meant, and those of them that changed something.
        self.asked, self.sent, self.done = 0, 0, 0

    def walk(self, who: Person) -> None:
        """All there is to try as one person; what changes most comes last."""
        self.come_in(who)
        self.look_around()
        self.type_into_addresses()
        self.send_from_elsewhere()
        self.reach_for_others()
        self.skip_the_proof()
        self.fill_in_forms()
        self.read(self.pages_about_rows())
        self.leave()

    # --- judging --------------------------------------------------------------------------------------------------
    def note(self, kind: str, where: str) -> None:
        self.found.add(Finding(kind, urlsplit(where.removeprefix("htmx ")).path))

    def ask(self, path: str, method: str = "GET", **more: Any) -> TestResponse:
        self.asked += 1
        answer = self.browser.open(path, method=method, **more)
        self.judge(path, answer)
        return answer

    def judge(self, path: str, answer: TestResponse) -> None:
        leads = urlsplit(answer.headers.get("HX-Redirect") or answer.location or "")
        self.note_where(path, crash=answer.status_code >= 500, redirect=leads.hostname not in (None, "localhost"))
        text = answer.text if answer.mimetype.startswith(("text/", "application/json")) else ""
        self.note_where(path, traversal="root:x:0" in text, private=PRIVATE in text and bool(self.who.foreign))
        if answer.mimetype == "text/html" and "<i data-probe" in text:
            for _tag, attributes in tags(text):
                if kind := attributes.get("data-probe"):
                    self.note(kind, path)

    def note_where(self, path: str, **so: bool) -> None:
        for kind, is_so in so.items():
            if is_so:
                self.note(kind, path)

    def was_changed(self) -> bool:
        """Whether anybody did anything since this was asked last."""
        (version,) = self.rows.execute("PRAGMA data_version").fetchone()
        if version == self.version:
            return False
        tables = [each.name for each in Base.metadata.sorted_tables if each.name not in UNTOLD]
        before, self.version = self.told, version
        self.told = str([self.rows.execute(f"SELECT * FROM {name}").fetchall() for name in tables])
        return before != self.told

    # --- coming and going -----------------------------------------------------------------------------------------
    def come_in(self, who: Person) -> None:
        """By the page and its form; it must not lead on to another site."""
        self.who = who
        self.browser = Client(self.wsgi)
        page = self.browser.get("/login").text
        if self.who.username:
            typed = {"username": self.who.username, "password": self.who.password, "next": LEADS_AWAY}
            answer = self.ask("/login", "POST", data={"csrf_token": token_in(page), **typed}, headers=OURS)
            assert answer.status_code == 302, f"{self.who.role} cannot sign in: {answer.status_code}"
        self.token = token_in(self.browser.get(self.who.start).text) or token_in(page)

    def leave(self) -> None:
        """Whoever has a copy of the cookie is signed out, too."""
        if not self.who.username:
            return
        kept = self.browser.get_cookie(COOKIE)
        assert kept
        self.ask("/logout", "POST", data={"csrf_token": self.token}, headers=OURS)
        thief = Client(self.wsgi)
        thief.set_cookie(COOKIE, kept.value)
        self.note_where("/logout", outlives=thief.get(self.who.start).status_code == 200)

    # --- reading --------------------------------------------------------------------------------------------------
    def look_around(self) -> None:
        self.read(crawl(self.browser, self.who.start, self.most) | self.pages_about_rows())

    def pages_about_rows(self) -> dict[str, TestResponse]:
        """What is this role's alone, in a year that has rows: links lead there late."""
        known = [each for each in self.routes(self.who.own | {"": 0}) if each[1] == "GET"]
        wanted = [f"{path}?year={YEAR}&round=6" for name, _method, path in known if WHO_OPENS[name] not in OPEN]
        return {path: self.browser.get(path) for path in wanted}

    def read(self, answers: dict[str, TestResponse]) -> None:
        self.answers = answers
        self.forms: dict[str, SentForm] = {}
        for path, answer in self.answers.items():
            self.judge(path, answer)
            if answer.mimetype == "text/html":
                for form in forms_in(path.removeprefix("htmx "), answer.text):
                    self.forms.setdefault(f"{form.method} {shape(form.action)[0]}", form)

    def type_into_addresses(self) -> None:
        """Marks, paths and other sites in each parameter, and headers that say where this site is."""
        asked: dict[str, dict[str, str]] = {}
        for path in [*self.answers, *(f"{each.action}?{urlencode(each.fields)}" for each in self.reading())]:
            parts = urlsplit(path.removeprefix("htmx "))
            given = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            asked.setdefault(shape(parts.path)[0], {"": parts.path}).update(given)
        for given in asked.values():
            path = given.pop("")
            if self.who.username and WHO_OPENS.get(f"GET {self.endpoint(path, 'GET')}") == ANYBODY:
                continue  # was tried as a stranger
            for name in given:
                self.ask(f"{path}?{urlencode(given | {name: REFLECTED})}")
            for probe in (LEADS_AWAY, CLIMBS) if given else ():
                self.ask(f"{path}?{urlencode(dict.fromkeys(given, probe))}")
            answer = self.ask(path, headers=FORWARDED)
            self.note_where(path, host=ELSEWHERE in answer.text if answer.mimetype == "text/html" else False)

    def reading(self) -> Iterator[SentForm]:
        return (form for form in self.forms.values() if form.method == "get")

    def writing(self) -> Iterator[SentForm]:
        return (form for form in self.forms.values() if form.method == "post" and form.action != "/logout")

    # --- writing --------------------------------------------------------------------------------------------------
    def send_from_elsewhere(self) -> None:
        """Each form as another site would send it: without its token."""
        self.was_changed()
        for form in self.writing():
            typed = {name: value for name, value in form.fields.items() if name != "csrf_token"}
            self.ask(form.action, "POST", data=typed, headers=ANOTHER_SITE)
            self.note_where(form.action, forged=self.was_changed())

    def reach_for_others(self) -> None:
        """Each address that is about a row, with a row of somebody else."""
        own_forms = {self.endpoint(form.action): form.fields for form in self.writing()}
        for name, method, path in self.routes(self.who.foreign):
            if WHO_OPENS[name] in OPEN:
                continue
            typed = own_forms.get(name.split()[1], {"reason": MARK}) | {"csrf_token": self.token}
            answer = self.ask(path, method, headers=OURS, **({"data": typed} if method == "POST" else {}))
            self.note_where(path, **{"foreign read": FOREIGN in answer.text, "foreign write": self.was_changed()})

    def skip_the_proof(self) -> None:
        """What asks who sits there does nothing when that was proved long ago."""
        self.rows.execute("UPDATE sessions SET proved_at = '2018-04-02 00:00:00.000000'")
        for name, method, path in self.routes(self.who.own | {"": 0}):
            if name.split()[1] in ASKED:
                typed = {"data": {"csrf_token": self.token, "reason": MARK}} if method == "POST" else {}
                answer = self.ask(path, method, headers=OURS, **typed)
                asks = f'action="{CONFIRM}"' in answer.text or (answer.location or "").startswith(CONFIRM)
                self.note_where(path, unproved=not asks)
        if self.who.username:
            self.come_in(self.who)

    def fill_in_forms(self) -> None:
        """Each form as it is meant, with marks where nothing stood, and columns that no form has a field for.

        Short addresses first: what takes a row away stands below the one that changes it.
        """
        for form in sorted(self.writing(), key=lambda each: urlsplit(each.action).path.count("/")):
            more = dict.fromkeys(COLUMNS - in_forms(), EXTRA)
            self.was_changed()
            before = self.told.count(EXTRA)
            self.ask(form.action, "POST", data={**more, **form.fields, "csrf_token": self.token}, headers=OURS)
            self.sent, changed = self.sent + 1, self.was_changed()
            self.done += changed
            self.note_where(form.action, **{"extra field": changed and self.told.count(EXTRA) > before})
            if self.who.username and self.browser.get(self.who.start).status_code != 200:
                self.come_in(self.who)  # the form ended the session

    # --- the table of addresses -----------------------------------------------------------------------------------
    def routes(self, rows: dict[str, int]) -> Iterator[tuple[str, str, str]]:
        """(name, method, address) of what this role may open, about these rows; with "" among them also of none."""
        for name, method, rule in known_routes(self.app):
            if self.who.role in WHO_OPENS[name] and (rule.arguments & rows.keys() or "" in rows):
                endpoint, given = self.map.match(urlsplit(address(self.app, rule)).path, method)
                about = {key: value for key, value in rows.items() if key in rule.arguments}
                yield name, method, self.map.build(endpoint, {**given, **about}, method)

    def endpoint(self, path: str, method: str = "POST") -> str:
        try:
            return str(self.map.match(urlsplit(path).path, method)[0])
        except HTTPException:
            return ""

    def ask_first(self) -> None:
        """Kept pages: what a stranger with a message, odd parameters and headers asks for first, the next one gets."""
        odd = stranger_with_much(self.app).get_cookie(COOKIE)
        assert odd
        self.who = Person("stranger", "/")
        for name, method, rule in known_routes(self.app):
            if method == "GET" and WHO_OPENS[name] == ANYBODY:
                path = address(self.app, rule)
                self.browser = Client(self.wsgi)
                self.browser.set_cookie(COOKIE, odd.value)
                first = self.ask(f"{path}{'&' if '?' in path else '?'}{urlencode({'x': SECRET})}", headers=HEADERS)
                self.browser = Client(self.wsgi)
                after = self.ask(path)
                if "public" in after.headers.get("Cache-Control", "") and first.status_code == after.status_code == 200:
                    self.note_where(path, kept=first.data != after.data or any(each in after.text for each in STRANGE))


STRANGE = (SECRET, "evil.example")


@cache
def in_forms() -> frozenset[str]:
    """The names of all fields that any form of ours has."""
    found, waiting = set(), [Form]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        found |= {name for name in dir(form) if hasattr(getattr(form, name), "field_class")}
    return frozenset(found)


def token_in(page: str) -> str:
    found = TOKEN.search(page)
    return found[1] if found else ""


def typed(field: dict[str, str]) -> str:
    if field.get("type") in ("hidden", "date", "email"):
        return ""
    return "1" if field.get("type") == "number" or field.get("inputmode") in ("numeric", "decimal") else MARK


def forms_in(page: str, html: str) -> list[SentForm]:
    """The forms of a page, filled in: what stands there stays, else a mark, the first choice, or 1."""
    found: list[SentForm] = []
    chooses = ""
    for tag, given in tags(html):
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "form":
            found.append(SentForm(given.get("method", "get"), urljoin(page, given.get("action", "")), {}))
        elif tag == "select":
            chooses = name
        elif found and tag == "option" and chooses and ("selected" in given or not found[-1].fields.get(chooses)):
            found[-1].fields[chooses] = given.get("value", "")
        elif found and tag == "textarea":
            found[-1].fields[name] = MARK
        elif found and tag in ("input", "button") and name and kind not in ("file", "password"):
            taken = "checked" in given or name not in found[-1].fields
            found[-1].fields.update({name: given.get("value") or typed(given)} if taken else {})
    return found
