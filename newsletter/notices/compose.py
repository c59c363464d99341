"""A notice and the lists it is about in, the exact bytes of its message out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from newsletter import dkim, i18n, messages, rendering
from newsletter.config import Settings
from newsletter.messages import header
from newsletter.models import Notice, NoticeKind
from newsletter.notices import accounts, drafts, reviewed
from newsletter.notices.wording import WORDS
from newsletter.rendering import Note
from newsletter.smtp import Envelope
from subscribers.lists import domain_of
from subscribers.models import MailingList, Request, Subscription
from subscribers.tokens import Purpose

_Words = Callable[[Mapping[str, Any], str], drafts.Said]

_CONFIRMED = frozenset(
    {
        NoticeKind.CONFIRM,
        NoticeKind.ADDRESS,
        NoticeKind.NEW_ADDRESS,
        NoticeKind.DATA,
        NoticeKind.ERASE,
    }
)
# What is said to staff of an issue, and the page of it that their button opens.
_TO_STAFF: Mapping[NoticeKind, tuple[_Words, str]] = {
    NoticeKind.DRAFT: (drafts.words, "/issues/{issue}"),
    NoticeKind.GUEST: (drafts.words, "/issues/{issue}"),
    NoticeKind.REVIEW: (reviewed.words, "/issues/{issue}/reviewers"),
}


def message_id(notice: Notice, mailing_list: MailingList) -> str:
    """Return the notice's Message-ID: the same at every attempt, and nobody's name."""
    domain = mailing_list.sender_address.rpartition("@")[2]
    return f"<n.{notice.handle}@{domain}>"


def compose(
    session: Session, notice: Notice, settings: Settings, *, now: datetime
) -> Envelope:
    """Return the message of a notice, dated by its first attempt."""
    scene = _scene(session, notice, settings)
    note = _note(scene, notice)
    html, text = rendering.render_note(note)
    dated = (notice.dated_at or now).replace(microsecond=0)
    sender = scene.mailing_list.sender_address
    head, body = _headers(scene, notice, note, dated), _body(notice.handle, html, text)
    signatures = _signer(sender, settings).sign(head, body, at=dated)
    return Envelope(sender, notice.email, [signatures, head, b"\r\n", body])


def _signer(sender: str, settings: Settings) -> dkim.Signer:
    keys = settings.dkim_keys
    return dkim.Signer(
        keys.pick(keys.current), domain=domain_of(sender), strict=settings.dkim_strict
    )


@dataclass(frozen=True)
class _Scene:
    """What a notice is about: the first list speaks for all of them."""

    mailing_list: MailingList
    names: tuple[str, ...]
    base_url: str
    confirm: str  # where the button leads that confirms
    leave: str
    preferences: str
    desk: str  # where the button of a mail to staff leads


def _scene(session: Session, notice: Notice, settings: Settings) -> _Scene:
    request = session.get(Request, notice.request_id) if notice.request_id else None
    mailing_list = session.get_one(MailingList, notice.list_id)
    ids = request.list_ids if request and request.list_ids else [notice.list_id]
    found = session.exec(select(MailingList).where(col(MailingList.id).in_(ids)))
    names = tuple(each.name_in(notice.language) for each in found)
    base, keys = settings.base_url, settings.keys
    handle = _handle(session, notice)
    confirm = ""
    if request:
        confirm = f"{base}/c/{keys.sign(Purpose.CONFIRM, request.handle)}"
    return _Scene(
        mailing_list=mailing_list,
        names=names,
        base_url=base,
        confirm=confirm,
        leave=f"{base}/u/{keys.sign(Purpose.UNSUBSCRIBE, handle)}" if handle else "",
        preferences=f"{base}/p/{keys.sign(Purpose.PREFERENCES, handle)}"
        if handle
        else "",
        desk=_desk(notice, settings),
    )


def _desk(notice: Notice, settings: Settings) -> str:
    if notice.kind in accounts.KINDS:
        return accounts.address_of(notice, settings)
    if notice.issue_id is None or notice.kind not in _TO_STAFF:
        return f"{settings.base_url}/issues"
    _, page = _TO_STAFF[notice.kind]
    return settings.base_url + page.format(issue=notice.issue_id)


def _handle(session: Session, notice: Notice) -> str:
    """Return the handle of the reader's subscription: to this list, else to any."""
    query = select(Subscription.list_id, Subscription.handle).where(
        col(Subscription.subscriber_id) == notice.subscriber_id
    )
    found = dict(session.exec(query).all())
    return found.get(notice.list_id) or next(iter(found.values()), "")


def _note(scene: _Scene, notice: Notice) -> Note:
    if notice.kind in {*_TO_STAFF, *accounts.KINDS}:
        return _staff_note(scene, notice)
    language, mailing_list = notice.language, scene.mailing_list
    say, words = i18n.translator(language), WORDS[notice.kind]
    values: dict[str, Any] = {
        "list": i18n.listed(scene.names, say.speaks),
        "language": i18n.language_name(language, say.speaks),
        "sender": mailing_list.sender_address,
    }

    def filled(sentences: Sequence[str]) -> tuple[str, ...]:
        return tuple(say(sentence, **values) for sentence in sentences)

    return Note(
        # Our own words: where we have none in a language, they are English.
        language=say.speaks,
        subject=say(words.subject, **values),
        title=say(words.title),
        paragraphs=filled(words.paragraphs),
        button=say(words.button),
        url=_target(scene, notice.kind),
        small=filled(words.small),
        link=say(words.leave) if words.leave else "",
        link_url=scene.leave,
        list_name=mailing_list.name_in(language),
        list_url=f"{scene.base_url}/{language}/",
        legal=mailing_list.legal_in(language),
        contact=mailing_list.reply_to or mailing_list.sender_address,
    )


def _staff_note(scene: _Scene, notice: Notice) -> Note:
    language, mailing_list = notice.language, scene.mailing_list
    said = _said(notice, mailing_list.name_in(language))
    return Note(
        language=i18n.translator(language).speaks,
        subject=said.subject,
        title=said.title,
        paragraphs=said.paragraphs,
        points=said.points,
        button=said.button,
        url=scene.desk,
        small=said.small,
        link="",
        link_url="",
        list_name=mailing_list.name_in(language),
        list_url=f"{scene.base_url}/{language}/",
        legal=mailing_list.legal_in(language),
        contact=mailing_list.reply_to or mailing_list.sender_address,
    )


def _said(notice: Notice, list_name: str) -> drafts.Said:
    if notice.kind in accounts.KINDS:
        return accounts.words(notice, list_name)
    words, _ = _TO_STAFF[notice.kind]
    return words(notice.facts, notice.language)


def _target(scene: _Scene, kind: NoticeKind) -> str:
    if kind in _CONFIRMED:
        return scene.confirm
    return scene.leave if kind is NoticeKind.LEFT else scene.preferences


def _headers(scene: _Scene, notice: Notice, note: Note, dated: datetime) -> bytes:
    own = scene.mailing_list
    name = own.sender_name or own.name_in(notice.language)
    subject = messages.encoded_words(note.subject, len("Subject: "))
    fields = [
        ("From", messages.mailbox(name, own.sender_address)),
        ("To", notice.email),
        ("Reply-To", own.reply_to or own.sender_address),
        ("Subject", subject),
        ("Date", format_datetime(dated.astimezone(ZoneInfo(own.timezone)))),
        ("Message-ID", message_id(notice, own)),
        ("MIME-Version", "1.0"),
        ("Content-Language", note.language),
        # RFC 3834 §5: no person wrote it, and no machine is to answer it.
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply, RN, NRN"),
    ]
    if notice.kind is NoticeKind.WELCOME:
        fields += [
            ("List-Unsubscribe", f"<{scene.leave}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
    boundary = f'multipart/alternative;\r\n boundary="=_{notice.handle}"'
    fields.append(("Content-Type", boundary))
    return b"".join(header(*field) for field in fields)


def _body(handle: str, html: str, text: str) -> bytes:
    parts = []
    for kind, content in (("plain", text), ("html", html)):
        parts.append(f"--=_{handle}\r\n".encode())
        parts += [messages.part_head(kind), messages.encode(content), b"\r\n"]
    return b"".join((*parts, f"--=_{handle}--\r\n".encode()))
