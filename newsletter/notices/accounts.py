"""Mails about accounts of staff: an invitation, a way to a new password."""

from sqlmodel import Session

from newsletter import i18n
from newsletter.config import Settings
from newsletter.i18n import N_
from newsletter.models import Invitation, Notice, NoticeKind, Role, Staff
from newsletter.notices.drafts import Said
from newsletter.staff import invitations, resets, roles
from subscribers import lists
from subscribers.clock import utcnow
from subscribers.tokens import KeyRing, Purpose

KINDS = frozenset({NoticeKind.INVITED, NoticeKind.RESET})


def invite(
    session: Session, invitation: Invitation, handle: str, *, language: str
) -> None:
    """Queue the mail that invites; `handle` is that of its link."""
    facts = {
        "handle": handle,
        "by": invitation.invited_by,
        "role": invitation.role.value,
    }
    _queue(session, NoticeKind.INVITED, invitation.email, language, facts)


def help_in(session: Session, person: Staff, handle: str, *, language: str) -> None:
    """Queue the mail with a way to a new password; `handle` is that of its link."""
    _queue(session, NoticeKind.RESET, person.email, language, {"handle": handle})


def is_moot(session: Session, notice: Notice) -> bool:
    """Whether the link in such a mail opens nothing any more."""
    handle = str(notice.facts.get("handle"))
    if notice.kind is NoticeKind.INVITED:
        return invitations.find(session, handle) is None
    return resets.find(session, handle) is None


def address_of(notice: Notice, settings: Settings) -> str:
    """Return where the button of such a mail leads."""
    handle = str(notice.facts.get("handle"))
    path = (
        invited_path(settings.keys, handle)
        if notice.kind is NoticeKind.INVITED
        else reset_path(settings.keys, handle)
    )
    return settings.base_url + path


def invited_path(keys: KeyRing, handle: str) -> str:
    """Return the page of an invitation."""
    return f"/invited/{keys.sign(Purpose.INVITE, handle)}"


def reset_path(keys: KeyRing, handle: str) -> str:
    """Return the page where a new password is set."""
    return f"/reset/{keys.sign(Purpose.RESET, handle)}"


def words(notice: Notice, list_name: str) -> Said:
    """Return what such a mail says."""
    if notice.kind is NoticeKind.INVITED:
        return _invitation(notice, list_name)
    say = i18n.translator(notice.language)
    asked = N_("Somebody, probably you, asked for a new password for your account.")
    return Said(
        subject=say(N_("A new password: {list}"), list=list_name),
        title=say(N_("A new password")),
        paragraphs=(say(asked),),
        points=(),
        button=say(N_("Choose a new password")),
        small=(
            say(N_("The link works once, for one hour.")),
            say(N_("Not you? Do nothing: your password stays as it is.")),
        ),
    )


def _invitation(notice: Notice, list_name: str) -> Said:
    say, by = i18n.translator(notice.language), str(notice.facts.get("by"))
    role = say(roles.NAMES[Role(notice.facts["role"])])
    invites = N_("{by} invites you to work on “{list}”. Your role: {role}.")
    choose = N_("Choose a password, and log in with this address: {email}")
    return Said(
        subject=say(N_("{by} invites you: {list}"), by=by, list=list_name),
        title=say(N_("Make the letter with us")),
        paragraphs=(
            say(invites, by=by, list=list_name, role=role),
            say(choose, email=notice.email),
        ),
        points=(),
        button=say(N_("Accept the invitation")),
        small=(
            say(N_("The link works once, for seven days.")),
            say(N_("You do not know what this is? Do nothing: no account is made.")),
        ),
    )


def _queue(
    session: Session,
    kind: NoticeKind,
    email: str,
    language: str,
    facts: dict[str, str],
) -> None:
    session.add(
        Notice(
            kind=kind,
            # Some list must speak for the house: the first one does.
            list_id=lists.get(session).id or 0,
            email=email,
            language=language,
            facts=facts,
            due_at=utcnow(),
        )
    )
