"""`flask mail …`: sending what a process left that was stopped. Meant for cron, every few minutes."""

import click
from flask.cli import AppGroup

from app.nacc.waiting import jobs
from app.nacc.waiting.queries import queue_numbers

group = AppGroup("mail", help="Mails that wait to be sent.")


@group.command("send-queued")
def send_queued() -> None:
    """Send every mail that waits, each tried once."""
    before = queue_numbers()
    jobs.send_queued()
    after = queue_numbers()
    click.echo(f"Sent {after.sent - before.sent}, waiting {after.waiting}, given up {after.failed}.")
