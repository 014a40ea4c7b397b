"""The digest as it is mailed: written at the moment it goes, from what still stands then."""

from dataclasses import replace

from app import clock
from app.models import MailLog
from app.nacc.digests import queries
from app.nacc.digests.rules import digest_letter
from app.nacc.mails.rules import Letter


def digest(owed: MailLog, public_url: str) -> Letter | None:
    """None where nothing is left to tell: it was taken back meanwhile, or the LAO wants no more such mail."""
    now, id_ = clock.now(), owed.organisation_id
    news = queries.news_of(queries.span_of(owed.day), [id_]).get(id_)
    if news is None or id_ not in queries.addresses([id_]):
        return None
    open_still = [each for each in news.closing if each.window.is_open(now)]
    left = replace(news, closing=open_still)
    return digest_letter(queries.lao_name(id_), left, now, public_url) if left.parts else None
