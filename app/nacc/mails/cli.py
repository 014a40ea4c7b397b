"""`flask mail …`: sending what a process left that was stopped. Meant for cron, every few minutes."""

import click
from flask.cli import AppGroup

from app import clock
from app.mails import jobs
from app.nacc.digests import letters as _digests  # noqa: F401 - says how its mails are written
from app.nacc.digests.jobs import owe_todays_digests
from app.nacc.mails.queries import queue_numbers
from app.nacc.waiting import letters as _reminders  # noqa: F401 - the same

group = AppGroup("mail", help="Mails that wait to be sent.")


@group.command("send-queued")
def send_queued() -> None:
    """Send every mail that is due, each tried once; from the morning on also what LAOs are told once a day."""
    owe_todays_digests()
    before = queue_numbers(clock.now())
    jobs.send_queued()
    after = queue_numbers(clock.now())
    click.echo(f"Sent {after.sent - before.sent}, waiting {after.waiting}, given up {after.failed}.")
