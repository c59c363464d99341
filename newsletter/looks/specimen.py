"""A letter to look at where none was written yet."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.models import ItemType
from newsletter.rendering import Block, EventFacts, LanguageLink, Letter, Style
from newsletter.rendering.markers import Markers
from subscribers.models import MailingList

_TITLE = N_("A letter to look at")
_PREHEADER = N_("This is how your letters will look.")
_INTRO = N_("Dear reader,\n\nthis is where the words of the house stand.")
_NEWS = (
    (ItemType.STORY, N_("The footbridge is open again")),
    (ItemType.LINK, N_("What the city council decided")),
    (ItemType.EVENT, N_("Evening for all neighbours")),
    (ItemType.APPEAL, N_("Help us plant a hundred trees")),
)
_SUMMARY = N_("One or two sentences say what it is about and why it matters.")


def specimen(
    mailing_list: MailingList,
    language: str,
    style: Style,
    *,
    base_url: str,
    at: datetime,
) -> Letter:
    """Return a letter of four pieces of news, in the words of the catalogues."""
    say, markers = i18n.translator(language), Markers("sp1a1")
    home = f"{base_url}/{language}/"
    return Letter(
        language=language,
        subject=say(_TITLE),
        preheader=say(_PREHEADER),
        intro=say(_INTRO),
        list_name=mailing_list.name_in(language),
        list_url=home,
        sender_name=mailing_list.sender_name,
        legal=mailing_list.legal_in(language),
        contact=mailing_list.reply_to or mailing_list.sender_address,
        number=1,
        dated_on=at.astimezone(ZoneInfo(mailing_list.timezone)),
        web_url=home,
        blocks=tuple(
            _block(number, kind, say(title), say(_SUMMARY), language, home, at)
            for number, (kind, title) in enumerate(_NEWS, start=1)
        ),
        languages=tuple(
            LanguageLink(tag, markers.read_in(tag)) for tag in mailing_list.languages
        ),
        unsubscribe_url=markers.unsubscribe,
        preferences_url=markers.preferences,
        reader_address=markers.address,
        reader_since=markers.since,
        style=style,
    )


def _block(  # noqa: PLR0913  # one block of each kind, for one caller
    number: int,
    kind: ItemType,
    title: str,
    summary: str,
    language: str,
    home: str,
    at: datetime,
) -> Block:
    event = EventFacts(at + timedelta(days=9), ZoneInfo("UTC"))
    return Block(
        type=kind.value,
        anchor=f"i{number}",
        language=language,
        title=title,
        summary=summary,
        url=f"{home}#{number}",
        event=event if kind is ItemType.EVENT else None,
    )
