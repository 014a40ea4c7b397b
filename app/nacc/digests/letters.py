"""The digest as it is mailed: written at the moment it goes, from what still stands then."""

from dataclasses import replace

from app import clock
from app.mails.jobs import letter
from app.mails.rules import Letter
from app.models import MailLog
from app.nacc.digests import queries
from app.nacc.digests.rules import DIGEST, digest_letter


@letter(DIGEST)
def digest(owed: MailLog, public_url: str) -> Letter | None:
    """None where nothing is left to tell: it was taken back meanwhile, or the LAO wants no more such mail."""
    now, id_ = clock.now(), owed.organisation_id or 0
    news = queries.news_of(queries.span_of(owed.day), [id_]).get(id_)
    if news is None or id_ not in queries.addresses([id_]):
        return None
    open_still = [each for each in news.closing if each.window.is_open(now)]
    left = replace(news, closing=open_still)
    return digest_letter(queries.lao_name(id_), left, now, public_url) if left.parts else None
