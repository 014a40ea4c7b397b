"""The verifier holds what is true for true, and names what is not."""

from flask import Flask

from tests.ledger.world import make_world, verified


def test_an_untouched_log_holds(app: Flask) -> None:
    make_world()
    said = verified(app)
    assert "all holds" in said
