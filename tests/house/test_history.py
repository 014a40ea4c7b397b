"""Nothing changes without its entry in the history, and every entry reads in Thai: also what is added later."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flask import Flask

from app.history.rules import FACTS, OTHER_ACTION, action_label
from app.models.enums import Action, Entity

ROOT = Path(__file__).parents[2]
THAI = re.compile("[\u0e00-\u0e7f]")
ENTERED = {("app.history.operations", "record"), ("app.history.operations", "record_all")}
Symbol = tuple[str, str]  # module, name at its top level

# Routes that change nothing of an LAO, an account or the rules of the system: and why.
NOTHING_TO_TELL = {
    "accounts.logout": "ends a session, which is private; others tell when an owner ends them from elsewhere",
    "nacc_accounts.code_file": "hands out codes whose making was recorded",
    "second_factor.prove_again": "proves who sits there, and changes nothing",
    "accounts.ask_for_link": "owes a mail to an address that may be nobody's; `reset_link` tells of it when it goes",
    "waiting.send_waiting": "sends mails whose queueing was recorded",
    "exports.ask": "makes a file for who asks; the job's own row tells who and when",
    "exports.cancel": "as above",
    "exports.delete": "as above",
    "plan_files.annotated_copy": "makes a file for who asks, and nothing else",
    "round_workbook.check_workbook": "shows what a file would change",
    **dict.fromkeys(
        ("accounts.own_strength", "accounts.strength_by_link"), "a password is looked at, and nothing is kept"
    ),
}
# Deeds that write, or hand back what was written, without an entry of their own.
SILENT_DEEDS = {
    "app.nacc.exports.operations": NOTHING_TO_TELL["exports.ask"],
    "app.history.operations.entry": "makes the entry",
    "app.history.operations.plain_facts": "only says facts as JSON keeps them",
    "app.registry.operations.before_change": "declares who is asked before a change",
    "app.history.operations.plain_value": "makes a part of it",
    "app.history.operations.stand_again": "asks for entries",
    "app.ledger.operations": "gives entries of the history their place in the log, and makes none of its own",
    "app.registry.operations.load_provinces": "the project's own list, before there is anybody who acts",
    "app.accounts.operations.prove": "only reads; `note_sign_in` tells of it",
    "app.accounts.operations.prepare_password": "only hashes",
    "app.accounts.operations.shut_out": "a part of locking, handing over and closing, which tell of it",
    "app.accounts.operations.begin_session": "sessions are private; `note_sign_in` tells of signing in",
    "app.accounts.operations.renew_session": "as above",
    "app.accounts.operations.keep_anew": "the same password, hashed anew",
    "app.accounts.operations.forget_factors": "a part of handing over, erasing or removing, which tell of it",
    "app.accounts.second_factor.operations.new_app_secret": "only draws",
    "app.accounts.second_factor.operations.prove": "`note_sign_in` tells of signing in; what was used is private",
    "app.accounts.second_factor.operations.owe_code": "owes a mail to who is signing in, which tells of it",
    "app.accounts.operations.end_session": "sessions are private, and signing out changes nothing else",
    "app.accounts.operations.end_sessions_of": "a part of a new password, a lock or a new role, which tell of it",
    "app.accounts.operations.forget_sessions": "nobody acts: what is over is forgotten",
    "app.accounts.operations.forget_failures": "the same",
    "app.accounts.operations.forget_traces_of": "a part of erasing somebody, which tells of it",
    "app.accounts.operations.owe_alarms": "nobody acts: mails follow from tries that failed, which are private",
    "app.accounts.operations.owe_word": "a part of saving the profile, which tells of it",
    "app.lao.fixed_rounds.operations.hold": "only locks",
    "app.lao.signs.operations": "nobody acts: a sign follows from reports, which tell of themselves",
    "app.mails.operations": "what became of a mail stands in its own row",
    "app.nacc.mails.operations": "as above",
    "app.accounts.links.operations.owe_reset": NOTHING_TO_TELL["accounts.ask_for_link"],
    "app.accounts.links.operations.spend_links": "a part of a lock, a new password or address, which tell of it",
    "app.accounts.links.operations.add_link": "a part of making a link, which tells of it",
    "app.nacc.administration.periods.operations.refuse_bad_period": "only reads",
    "app.nacc.administration.periods.operations.refuse_bad_headings": "only reads",
    "app.lao.round_workbook.operations.refuse_without_consent": "only reads",
    "app.nacc.second_person.operations.keep_number": "a part of confirming, which tells of it",
    "app.nacc.digests.operations": "nobody acts: what is told has its entries",
    "app.lao.fixed_rounds.operations.add_report_lines": "a part of recording and of opening again, which tell of it",
    "app.lao.projects.operations.edit_refusal": "only reads",
    "app.lao.plan_files.operations.check_plan": "only reads",
    "app.lao.reporting.operations.refuse_if_closed": "only reads",
    "app.lao.reporting.operations.closed_because": "only reads",
}


def _module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def _sources() -> dict[str, ast.Module]:
    return {_module_of(path): ast.parse(path.read_text()) for path in sorted((ROOT / "app").rglob("*.py"))}


@cache
def _imports(module: str) -> dict[str, Symbol]:
    """What each imported name of a module stands for; ("app.x.operations", "") is a module itself."""
    found: dict[str, Symbol] = {}
    for node in ast.walk(_sources()[module]):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "app":
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found[alias.asname or alias.name] = (
                    (whole, "") if whole in _sources() else (node.module or "", alias.name)
                )
    return found


@cache
def _top_level(module: str) -> dict[str, ast.AST]:
    found: dict[str, ast.AST] = {}
    for node in _sources()[module].body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
    return found


def _named_in(symbol: Symbol) -> Iterator[Symbol]:
    """All that a function names, called or handed on: rather too much than too little."""
    module, name = symbol
    imports, own = _imports(module), _top_level(module)
    for node in ast.walk(own[name]):
        if isinstance(node, ast.Name):
            yield imports.get(node.id, (module, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            there, inner = imports.get(node.value.id, ("", ""))
            if not inner:
                yield there, node.attr


@cache
def _enters(symbol: Symbol) -> bool:
    """Whether the function comes to the history by itself or by what it names."""
    seen, left = {symbol}, [symbol]
    while left:
        at = left.pop()
        if at in ENTERED:
            return True
        if at[0] in _sources() and at[1] in _top_level(at[0]):
            left += [each for each in _named_in(at) if each not in seen]
            seen.update(left)
    return False


def test_every_route_that_changes_something_comes_to_the_history(app: Flask) -> None:
    silent = set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        changing = (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if changing and not _enters((view.__module__, view.__qualname__)):
            silent.add(rule.endpoint)
    assert silent == set(NOTHING_TO_TELL)


def test_every_deed_comes_to_the_history() -> None:
    silent = set()
    for module in (name for name in _sources() if name.endswith(".operations")):
        for name, node in _top_level(module).items():
            public = isinstance(node, ast.FunctionDef) and not name.startswith("_")
            if public and module not in SILENT_DEEDS and not _enters((module, name)):
                silent.add(f"{module}.{name}")
    assert silent == {name for name in SILENT_DEEDS if not name.endswith(".operations")}


def test_the_walk_sees_a_deed_that_tells_nothing_and_one_that_tells_by_another() -> None:
    assert not _enters(("app.accounts.operations", "prepare_password"))
    assert _enters(("app.lao.profile.operations", "save_profile"))
    assert _enters(("app.accounts.routes", "sign_in"))


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for module, source in _sources().items():
        for node in ast.walk(source):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == name and isinstance(node, ast.Call):
                yield f"{module}:{node.lineno}", node


def test_every_entry_names_its_action_and_entity_by_the_enums() -> None:
    """mypy says the same of the types; this one says it of what is written there: no text, no cast."""
    calls = [*_calls("record"), *_calls("entry")]
    assert len(calls) > 30
    texts = [
        place for place, call in calls for given in call.args[1:3] if isinstance(given, ast.Constant | ast.JoinedStr)
    ]
    assert not texts


def test_every_action_and_entity_has_its_own_thai_words_and_is_used() -> None:
    written = {
        (node.value.id, node.attr)
        for source in _sources().values()
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    for kind in (Action, Entity):
        labels = [each.label for each in kind]
        assert len(labels) == len(set(labels))
        assert all(THAI.search(label) for label in labels)
        assert {each.name for each in kind} <= {name for known, name in written if known == kind.__name__}
    assert all(THAI.search(label) for label in FACTS.values())


# As they were ever written: an entry cannot be changed, so each must stay readable.
STORED = """
record, edit, delete, bring back, report, correct report, take back report, approve, reject, take back,
set plan year, set window,
give more time, queue reminder, enter scores, close scores, open scores, publish scores, set minimum score, fill,
sign in, claim, change password, ask for a reset link, reset password, make password link, issue activation code,
hand over, create, lock, unlock, add, upgrade, move, rename, retype, close, open again, load, retire, set,
stand, black out, erase
"""


def test_whatever_was_ever_stored_is_read_in_thai() -> None:
    stored = re.split(r",\s+", STORED.strip())
    assert {action_label(each) for each in stored}.isdisjoint({OTHER_ACTION})
    assert action_label("of a later version") == OTHER_ACTION
    assert {each.value for each in Action} >= set(stored)
