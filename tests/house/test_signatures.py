"""What goes out and comes back is signed by HMAC with SHA-256; what nobody signed, or for another use, is nothing."""

import pickle
from hashlib import sha1

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from app import jobs, tokens
from app.accounts.resume import KeptForm
from app.accounts.resume import seal as seal_form
from app.accounts.resume import unseal as unseal_form
from app.errors import NotTheirs
from app.uploads.seals import mark, marked_facts, seal, unseal
from tests.client import Client
from tests.factories import make_lao

SHA256_IN_BASE64 = 43
FORM = KeptForm(1, "/profile", [("clerk_name", "ปลัด")], [])


def _signature(token: str) -> str:
    return token.rpartition(".")[2]


def test_all_that_goes_out_is_signed_with_sha_256(app: Flask, client: Client) -> None:
    # given
    lao = make_lao()
    client.get("/login")
    cookie = client.get_cookie("eplannacc")
    assert cookie
    with app.test_request_context():
        signed = [cookie.value, generate_csrf(), seal_form(FORM), seal("scores", lao, [1]), mark("round", [1])]
    # then
    assert [len(_signature(token)) for token in signed] == [SHA256_IN_BASE64] * 5
    task = jobs.TaskSerializer(app.config["SECRET_KEY"], salt="jobs").serialize({"id": 1})
    assert len(task.rpartition(b":")[2]) == 64


def test_what_was_signed_for_one_purpose_is_nothing_for_another(app: Flask) -> None:
    lao = make_lao()
    with app.test_request_context():
        form, scores = seal_form(FORM), seal("scores", lao, [1])
        assert unseal_form(form)
        assert unseal("scores", lao, scores) == [1]
        assert unseal_form(scores) is None
        assert marked_facts("round", scores) is None
        for foreign in (form, scores[:-1] + ("A" if scores[-1] != "A" else "B"), "", "."):
            with pytest.raises(NotTheirs):
                unseal("scores", lao, foreign)
        with pytest.raises(NotTheirs):
            unseal("plan years", lao, scores)


def test_what_the_program_before_signed_names_a_form_and_a_file_and_opens_nothing(app: Flask, client: Client) -> None:
    key, before = app.config["SECRET_KEY"], {"digest_method": sha1}
    token = URLSafeTimedSerializer(key, salt="wtf-csrf-token", signer_kwargs=before).dumps(tokens.token_seed(7))
    marked = URLSafeSerializer(key, salt="round", signer_kwargs=before).dumps([7])
    with app.test_request_context(method="POST", data={"csrf_token": token}):
        assert tokens.form_account() == 7
        assert marked_facts("round", marked) == [7]
        session["csrf_token"] = "x"
        with pytest.raises(BadData):
            URLSafeTimedSerializer(key, salt="wtf-csrf-token").loads(token)
    client.get("/login")
    assert client.post("/login", data={"csrf_token": token, "username": "x"}).status_code == 400


def test_a_task_that_this_system_did_not_sign_is_not_opened(app: Flask) -> None:
    ours = jobs.TaskSerializer(app.config["SECRET_KEY"], salt="jobs")
    assert ours.deserialize(ours.serialize([1])) == [1]
    for other in (jobs.TaskSerializer("another key", salt="jobs"), jobs.SignedSerializer("another key", salt="jobs")):
        with pytest.raises(ValueError, match="ignature"):
            ours.deserialize(other.serialize([1]))
    with pytest.raises(ValueError, match="eparator"):
        ours.deserialize(pickle.dumps([1]))
