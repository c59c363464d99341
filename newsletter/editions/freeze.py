"""Freeze the editions of an issue: from here on, every reader's bytes are settled."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlmodel import Session

from newsletter import dkim, issues, messages, rendering
from newsletter.config import Settings
from newsletter.editions import publishing
from newsletter.editions.compose import compose, goes_out
from newsletter.editions.publishing import Published
from newsletter.editions.words import editions_of, get_edition
from newsletter.models import Edition, Issue
from newsletter.rendering.markers import Markers
from subscribers.models import MailingList
from subscribers.tokens import KeyRing, new_handle


@dataclass(frozen=True)
class Laid:
    """An edition as it will be frozen."""

    language: str
    rendered: rendering.Rendered
    envelope: messages.Envelope
    published: Published | None = None  # its web form, where it is to be kept


def freeze(
    session: Session, issue: Issue, settings: Settings, *, now: datetime
) -> list[str]:
    """Render every edition that goes out and return their languages.

    May run again until the fan-out is complete: nobody has been promised bytes yet.
    Raises RenderingFailed.
    """
    return keep(session, issue, lay_out(session, issue, settings, now=now), now=now)


def lay_out(
    session: Session, issue: Issue, settings: Settings, *, now: datetime
) -> list[Laid]:
    """Render every edition that goes out; `keep` them next, in a short transaction.

    Rendering takes a moment, in which nobody should have to wait to write. Raises
    RenderingFailed.
    """
    leaving = [e for e in editions_of(session, issue) if goes_out(e)]
    laid = []
    for edition in leaving:
        letter, bare = _lay_out(session, issue, edition, settings, now)
        published = publish(session, issue, letter, bare.rendered, settings)
        laid.append(replace(bare, published=published))
    return laid


def lay_out_one(
    session: Session,
    issue: Issue,
    edition: Edition,
    settings: Settings,
    *,
    now: datetime,
) -> Laid:
    """Render one edition as it would leave now, without a web form to be kept.

    Raises RenderingFailed.
    """
    return _lay_out(session, issue, edition, settings, now)[1]


def _lay_out(
    session: Session,
    issue: Issue,
    edition: Edition,
    settings: Settings,
    now: datetime,
) -> tuple[rendering.Letter, Laid]:
    every = editions_of(session, issue)
    languages = tuple(each.language for each in every if goes_out(each))
    envelope = _envelope(session, issue, edition, settings, languages)
    letter, rendered = _render(session, issue, edition, envelope, now)
    return letter, Laid(edition.language, rendered, envelope)


def keep(
    session: Session, issue: Issue, laid: Sequence[Laid], *, now: datetime
) -> list[str]:
    """Freeze editions as they were laid out and return their languages."""
    for each in laid:
        edition = get_edition(session, issue, each.language)
        edition.html, edition.text = each.rendered.html, each.rendered.text
        if each.published is not None:
            publishing.apply(edition, each.published)
        edition.size = len(each.rendered.html.encode())
        edition.envelope = asdict(each.envelope)
        edition.frozen_at = now
    session.flush()
    return [each.language for each in laid]


def _render(
    session: Session,
    issue: Issue,
    edition: Edition,
    envelope: messages.Envelope,
    now: datetime,
) -> tuple[rendering.Letter, rendering.Rendered]:
    letter = compose(
        session,
        issue,
        edition.language,
        base_url=envelope.base_url,
        markers=Markers(envelope.nonce),
        dated_on=now,
    )
    rendered = rendering.render(letter)
    rendering.check(letter, rendered)
    return letter, rendered


def publish(
    session: Session,
    issue: Issue,
    letter: rendering.Letter,
    rendered: rendering.Rendered,
    settings: Settings,
) -> Published:
    """Return the web form of a letter of this issue."""
    mailing_list = session.get_one(MailingList, issue.list_id)
    return publishing.publish(
        session,
        letter,
        rendered,
        accent=mailing_list.accent,
        folder=settings.media_dir,
    )


def compiled(
    edition: Edition, keys: KeyRing, signing: dkim.Ring = dkim.NO_KEYS
) -> messages.Compiled:
    """Return a frozen edition ready to build messages from.

    Raises KeyMissing when a key that it froze is not in `signing` any more.
    """
    return messages.Compiled(
        messages.Envelope.of(edition.envelope),
        keys,
        language=edition.language,
        subject=edition.subject,
        html=edition.html,
        text=edition.text,
        signing=signing,
    )


def _envelope(
    session: Session,
    issue: Issue,
    edition: Edition,
    settings: Settings,
    languages: Sequence[str],
) -> messages.Envelope:
    mailing_list = session.get_one(MailingList, issue.list_id)
    base, language = settings.base_url, edition.language
    listed = issues.is_listed(issue, mailing_list)
    return messages.Envelope(
        base_url=base,
        list_slug=mailing_list.slug,
        list_name=mailing_list.name_in(language),
        list_id=mailing_list.list_id,
        sender_name=mailing_list.sender_name or mailing_list.name_in(language),
        sender_address=mailing_list.sender_address,
        reply_to=mailing_list.reply_to,
        key_id=settings.keys.newest.id,
        nonce=new_handle(),
        timezone=issue.timezone,
        web_url=f"{base}/{language}/{issue.slug}" if listed else "",
        help_url=f"{base}/{language}/subscribe",
        feedback_id=_feedback_id(issue, mailing_list),
        issue_handle=issue.handle,
        languages=tuple(languages),
        dkim=settings.dkim_keys.current,
        dkim_strict=settings.dkim_strict,
        bounce_address=settings.bounce_address,
        unsubscribe_address=settings.unsubscribe_address,
    )


def _feedback_id(issue: Issue, mailing_list: MailingList) -> str:
    """Return Gmail's four fields: issue, list, kind, and a stable sender of 5–15."""
    domain = mailing_list.sender_address.rpartition("@")[2]
    sender = re.sub(r"[^a-z0-9]", "", domain.lower())[:15].ljust(5, "0")
    return f"i{issue.id:07d}:{mailing_list.slug[:40]}:news:{sender}"
