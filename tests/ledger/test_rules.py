"""The bytes of an entry are for ever: what was signed once must be made again, byte for byte, by each later version."""

import json
from datetime import datetime
from typing import Any

import pytest

from app.clock import BANGKOK
from app.ledger.replay import replayed
from app.ledger.rules import Openness, Told, canonical, commitments, covered, disclosed, entry
from app.models.enums import Action, Entity

HASHES = (
    "c71439ecb8f274b42ac052491dcbc95314d80060ec05c3acdfe2f5a8e33400a6",
    "5a5f80eeb25a9a1b783018a009faec396db0cc946ca6554cecdbc4d04ec419db",
    "96757f293a7e25c743612d9c88969c67c2a0560415beb08214ef8f28cf277125",
    "1b3473751a67250ccc37d50cbb10a99f249a0e3e40c0ccda1b63714d8e4627f1",
)
AT = datetime(2018, 4, 2, 14, 32, tzinfo=BANGKOK)


def told(**changes: Any) -> Told:
    given: dict[str, Any] = {
        "id": 7,
        "at": AT,
        "role": "lao",
        "action": "edit",
        "entity": "project",
        "key": "12",
        "organisation_id": 5,
        "before": {"name": "ก", "budgets": {"2561": "1000", "2562": None}, "quarters": [2, 1]},
        "after": {"name": "ข", "phone": "055", "dimension": 2},
        "reason": "แก้คำผิด",
    }
    return Told(**given | changes)


def salted(one: Told) -> dict[str, str]:
    numbers = iter(range(100))
    return commitments(one, lambda: f"{next(numbers):032x}")


# Written down once. Where this fails, every log that exists would fail: change the code, never these bytes.
GOLDEN = (
    '{"action":"edit","actor":"p1","after":{"dimension":2,'
    '"name":{"hash":"NAME"},"phone":{"hash":"PHONE"}},"at":"2018-04-02T07:32:00.000000Z",'
    '"before":{"budgets":{"2561":"1000.00","2562":null},"name":{"hash":"BEFORE"},"quarters":[1,2]},'
    '"entity":"project","key":"12","organisation":5,"reason":{"hash":"WHY"},"role":"lao","seq":3}'
)


def test_the_bytes_of_an_entry_never_change() -> None:
    one = told()
    made = canonical(entry(3, one, "p1", None, salted(one))).decode()
    known = {"BEFORE": HASHES[0], "NAME": HASHES[1], "PHONE": HASHES[2], "WHY": HASHES[3]}
    golden = GOLDEN
    for name, hash_ in known.items():
        golden = golden.replace(name, hash_)
    assert made == golden


def test_texts_are_disclosed_until_their_project_is_deleted_and_the_rest_never() -> None:
    one = told(after={"name": "ข", "objective": "ค", "phone": "055"}, before=None)
    salts = salted(one)
    assert disclosed(one, salts, Openness()).keys() == {"after/name", "after/objective", "reason"}
    assert disclosed(one, salts, Openness(deleted_as="ข")).keys() == {"after/name"}
    assert disclosed(one, salts, Openness(deleted_as="ชื่อล่าสุด")) == {}
    gone = told(action=Action.DELETE, after=None, before={"objective": "ค"})
    assert disclosed(gone, salted(gone), Openness(deleted_as="ข")).keys() == {"reason"}


def test_scores_are_disclosed_once_they_are_published_and_drafts_never() -> None:
    one = told(entity="scores", key="5/2561", after={"sar_1": "20", "evaluation_1": "18"}, before={"sar_1": "19"})
    salts = salted(one)
    assert disclosed(one, salts, Openness()) == {}
    assert disclosed(one, salts, Openness(last_scores=["sar_1"])).keys() == {"after/sar_1"}
    assert len(disclosed(one, salts, Openness(scores_after=True))) == 3


def test_of_an_account_only_its_rights_are_told() -> None:
    facts = {"username": "somchai", "name": "นายสมชาย", "role": "officer", "provinces": ["90", "65"]}
    one = told(entity="account", key="3", action=Action.CREATE, before=None, after=facts, reason="")
    made = entry(1, one, "p1", "p2", salted(one))
    assert made["after"] == {"role": "officer", "provinces": ["65", "90"]}
    assert made["key"] == "p2"
    assert "สมชาย" not in json.dumps(made, ensure_ascii=False)


def test_what_is_covered() -> None:
    assert covered(Action.LOCK, Entity.ACCOUNT)
    assert not covered(Action.SIGN_IN, Entity.ACCOUNT)
    assert not covered(Action.FILL, Entity.PROFILE)
    assert not covered(Action.SET, Entity.SETTING)


@pytest.mark.parametrize("value", [7, "x", [1], {"a": 1}, True])
def test_facts_that_somebody_wrote_past_the_app_stay_as_they_are(value: Any) -> None:
    names = ("budgets", "quarters", "spent", "deleted_at", "provinces", "score")
    one = told(before=None, after=dict.fromkeys(names, value))
    assert canonical(entry(0, one, "p", None, salted(one)))
    assert replayed([one])
