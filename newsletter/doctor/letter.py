"""The letter of a loop test: made and signed like any other, for nobody in the list."""

from datetime import datetime
from html import escape

from newsletter import i18n, messages
from newsletter.config import Settings
from newsletter.i18n import N_
from newsletter.rendering.markers import Markers
from newsletter.smtp import Envelope
from subscribers import lists
from subscribers.models import MailingList
from subscribers.tokens import new_handle, new_short_handle

# What a relay that changes letters cannot leave alone: accents, long lines, a line
# that begins with a dot or "From ", an address with a query.
_TRIALS = (
    "é è ë ß œ „“ « » € – 😀",
    "Donaudampfschifffahrtsgesellschaftskapitän " * 12,
    ".com",
    "From here on",
)


def loop_letter(
    mailing_list: MailingList,
    settings: Settings,
    *,
    address: str,
    language: str,
    now: datetime,
) -> Envelope:
    """Return a letter of the list to one of our own mailboxes.

    Its unsubscribe link is genuine and names nobody, so trying it does no harm.
    """
    markers = Markers(new_handle())
    compiled = messages.Compiled(
        _frozen(mailing_list, settings, markers.nonce, language),
        settings.keys,
        language=language,
        subject=i18n.translator(language)(_SUBJECT, list=mailing_list.slug),
        html=_html(settings, markers, language),
        text=_text(settings, markers, language),
        signing=settings.dkim_keys,
    )
    reader = messages.Reader(0, address, new_handle(), now.date().isoformat(), now)
    return Envelope(compiled.sender(reader), address, compiled.pieces(reader))


_SUBJECT = N_("Loop test of the list {list}")
_WORDS = N_(
    "This letter shows what happens to letters on their way. Save its source "
    "(“Show original”) as a file and give that to the doctor."
)
_LEAVE = N_("Unsubscribe (leads to nobody)")


def _frozen(
    mailing_list: MailingList, settings: Settings, nonce: str, language: str
) -> messages.Envelope:
    base = settings.base_url
    return messages.Envelope(
        base_url=base,
        list_slug=mailing_list.slug,
        list_name=mailing_list.name_in(language),
        list_id=mailing_list.list_id,
        sender_name=mailing_list.sender_name or mailing_list.name_in(language),
        sender_address=mailing_list.sender_address,
        reply_to=mailing_list.reply_to,
        key_id=settings.keys.newest.id,
        nonce=nonce,
        timezone=mailing_list.timezone,
        web_url=f"{base}/{language}/",
        help_url=f"{base}/{language}/subscribe",
        feedback_id=f"loop:{mailing_list.slug[:40]}:test:{_sender_id(mailing_list)}",
        issue_handle=new_short_handle(),
        languages=(language,),
        dkim=settings.dkim_keys.current,
        dkim_strict=settings.dkim_strict,
        bounce_address=settings.bounce_address,
        unsubscribe_address=settings.unsubscribe_address,
    )


def _sender_id(mailing_list: MailingList) -> str:
    letters = filter(str.isalnum, lists.domain_of(mailing_list.sender_address))
    return "".join(letters)[:15].ljust(5, "0")


def _html(settings: Settings, markers: Markers, language: str) -> str:
    words = i18n.translator(language)
    trials = "\n".join(f"<p>{escape(each)}</p>" for each in _TRIALS)
    archive = f"{settings.base_url}/{language}/"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        "<title>Newsletter</title></head><body>\n"
        f"<p>{escape(words(_WORDS))}</p>\n{trials}\n"
        f'<p><a href="{escape(archive)}?a=1&amp;b=2">{escape(archive)}</a></p>\n'
        f'<p><img src="{escape(settings.base_url)}/static/icon.svg" alt=""></p>\n'
        f'<p><a href="{markers.unsubscribe}">{escape(words(_LEAVE))}</a></p>\n'
        "</body></html>\n"
    )


def _text(settings: Settings, markers: Markers, language: str) -> str:
    words = i18n.translator(language)
    archive = f"{settings.base_url}/{language}/?a=1&b=2"
    trials = "\n\n".join(_TRIALS)
    return (
        f"{words(_WORDS)}\n\n{trials}\n\n{archive}\n\n"
        f"{words(_LEAVE)}:\n{markers.unsubscribe}\n"
    )
