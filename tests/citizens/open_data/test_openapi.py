"""The OpenAPI document is valid, and schemathesis finds no answer that says otherwise; it would find one that did."""

import contextvars
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import (
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from app.citizens.open_data import forms, rules
from app.citizens.open_data.openapi import document
from app.db import db, is_sqlite
from tests.citizens.open_data.data import fill
from tests.client import Client

EXAMPLES = 2  # for each of 21 addresses, next to a case for each boundary


def test_the_document_is_valid_openapi(app: Flask, client: Client) -> None:
    told = client.get("/api/v1/openapi.json").get_json()
    OpenAPIV31SpecValidator(told).validate()
    assert told == document(app.config["PUBLIC_URL"])


def faults(app: Flask, only: str) -> list[str]:
    """What schemathesis finds wrong, with every check and every phase it has for single requests."""

    def alone(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # its WSGI client asks for gzip and cannot read it
        return contextvars.Context().run(app.wsgi_app, environ, start)

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", alone, config=settings())
    return list(found(from_schema(schema.include(path_regex=only)).execute()))


def settings() -> SchemathesisConfig:
    project = ProjectConfig(
        generation=GenerationConfig(max_examples=EXAMPLES, deterministic=True, no_shrink=True, database="none"),
        phases=PhasesConfig(stateful=StatefulPhaseConfig(enabled=False)),
    )
    return SchemathesisConfig(projects=ProjectsConfig(default=project), seed=1)


def found(events: Any) -> Iterator[str]:
    for event in events:
        if isinstance(event, FatalError | NonFatalError):
            yield str(getattr(event, "value", event))
        if isinstance(event, ScenarioFinished):
            for checks in event.recorder.checks.values():
                yield from (f"{event.label}: {each.failure_info}" for each in checks if each.failure_info)


def test_schemathesis_finds_nothing_wrong(app: Flask) -> None:
    fill()
    # PostgreSQL answers the same questions; the files made of its answers need not be asked for twice
    assert faults(app, ".*" if is_sqlite(db.engine) else "^[^.]*$") == []


def test_schemathesis_finds_an_amount_that_is_a_number(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    monkeypatch.setitem(rules.PLAIN, rules.Type.DECIMAL, float)
    assert "is not of type" in str(faults(app, "^/results$"))


def test_schemathesis_finds_a_limit_that_breaks_the_answer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SHOW_ERROR_PAGES", True)
    monkeypatch.setattr(app.logger, "exception", lambda *_args: None)
    monkeypatch.setattr(forms, "limit", lambda found: 1000 // (found["limit"] - 1))
    assert "Server error" in str(faults(app, "^/plan-years$"))
