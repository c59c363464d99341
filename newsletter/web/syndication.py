"""The latest letters for feed readers: /{lang}/feed.xml, RSS 2.0 with full text."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from newsletter import editions, i18n
from newsletter.i18n import N_
from newsletter.models import Edition
from newsletter.web import freshness, leads, published, site
from newsletter.web.deps import Here, Reading, Site
from newsletter.web.leads import Lead
from newsletter.web.published import Letter
from newsletter.web.shelves import list_called

router = APIRouter()

_LATEST = 20  # letters
_DESCRIPTION = N_("The letters of {name}, in full.")
# What XML 1.0 cannot hold, escaped or not.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """A letter in the feed: the edition nearest to the feed's language."""

    letter: Letter
    edition: Edition
    url: str
    title: str
    full: str  # HTML
    lead: Lead | None
    lead_size: int | None  # bytes


@router.get("/{language}/feed.xml")
def feed(
    language: str,
    request: Request,
    here: Here,
    session: Reading,
) -> Response:
    """Send the latest letters; whoever has them already is told so (304)."""
    tag = site.spoken(session, here, language)
    chosen = list_called(session, request.query_params.get("list", ""))
    letters = published.listed(session, chosen)[:_LATEST]
    frame = site.frame_of(here, session, tag, str)
    say = i18n.translator(tag)
    about = chosen or site.only_list(session)
    title = (chosen.name_in(tag) if chosen else frame.name) or say("Newsletter")
    text = here.pages.text(
        "public/feed.xml",
        tag,
        frame=frame,
        title=title,
        description=(about and about.description_in(tag))
        or say(_DESCRIPTION, name=title),
        query=f"?list={chosen.slug}" if chosen else "",
        entries=[_entry(here, session, tag, letter) for letter in letters],
        base=here.settings.base_url,
        changed_at=max((each.changed_at for each in letters), default=None),
        rfc822=_rfc822,
    )
    return freshness.answer(
        request,
        _ILLEGAL.sub("", text),
        media_type="application/rss+xml; charset=utf-8",
        changed_at=max((each.changed_at for each in letters), default=None),
    )


def _entry(here: Site, session: Session, language: str, letter: Letter) -> Entry:
    edition, base = letter.nearest(language), here.settings.base_url
    foreign = not i18n.is_same_language(edition.language, language)
    label = i18n.in_language_label(edition.language, language) if foreign else ""
    lead = leads.lead_of(edition, base_url=base)
    article = editions.without_head(edition.web)
    return Entry(
        letter,
        edition,
        url=f"{base}/{edition.language}/{letter.issue.slug}",
        title=f"{i18n.tidy(edition.subject, edition.language)} {label}".strip(),
        full=published.at_home(article, edition, base_url=base),
        lead=lead,
        lead_size=leads.size_of(session, lead) if lead else None,
    )


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0))
