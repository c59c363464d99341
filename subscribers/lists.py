"""Mailing lists: found, added and changed."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from sqlmodel import Session, col, select

from subscribers import addresses
from subscribers.errors import BadList, InvalidAddress, ListNotFound
from subscribers.models import MailingList, MissingPolicy, UnknownPolicy
from subscribers.rules import tag_key
from subscribers.sentences import N_, Language

_LONGEST_NAME = 200
_LONGEST_SECTION = 100  # as the column of IssueItem
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Their DMARC policies ask receivers to refuse what others send in their name.
_FREEMAIL = frozenset(
    [
        "aol.com",
        "free.fr",
        "gmail.com",
        "gmx.be",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.be",
        "hotmail.com",
        "hotmail.fr",
        "hotmail.nl",
        "icloud.com",
        "laposte.net",
        "live.be",
        "live.com",
        "mail.com",
        "orange.fr",
        "outlook.be",
        "outlook.com",
        "outlook.fr",
        "proton.me",
        "protonmail.com",
        "skynet.be",
        "t-online.de",
        "telenet.be",
        "web.de",
        "yahoo.com",
        "yahoo.de",
        "yahoo.fr",
        "ziggo.nl",
        "proximus.be",
        "belgacom.net",
    ]
)


@dataclass(frozen=True)
class Section:
    """A part that every new issue of a list has, and what readers see above it."""

    name: str  # what staff call it; issues refer to it
    names: Mapping[str, str] = field(default_factory=dict)  # {language: words}


@dataclass(frozen=True)
class Changes:
    """What to change about a list; None leaves a thing as it is.

    `names` and `legal` map a language to words; the words under "" are for every
    language of the list. `sender` is `Name <address>` or an address alone.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    legal: Mapping[str, str] = field(default_factory=dict)
    sender: str | None = None
    sender_name: str | None = None  # the name alone, as it will be read
    sender_address: str | None = None
    reply_to: str | None = None
    languages: list[str] | None = None
    missing: MissingPolicy | None = None
    on_unknown: UnknownPolicy | None = None
    timezone: str | None = None
    relays: list[str] | None = None  # names, the preferred one first; []: any
    public: bool | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    consent: Mapping[str, str] = field(default_factory=dict)
    privacy_url: str | None = None
    topics: Mapping[str, Mapping[str, str]] | None = None  # replaces those there are
    accent: str | None = None  # "#rrggbb", "" for the program's own
    acknowledge: bool | None = None
    approval: bool | None = None  # whether its issues leave only when approved
    sections: Sequence[Section] | None = None  # replaces those there are, in order
    # {language: [others, the best first]}; replaces what there is
    fallbacks: Mapping[str, Sequence[str]] | None = None


def get(session: Session, slug: str | None = None) -> MailingList:
    """Return the list called `slug`, or the oldest one; raises ListNotFound."""
    query = select(MailingList).order_by(col(MailingList.id))
    if slug is not None:
        query = query.where(MailingList.slug == slug)
    found = session.exec(query).first()
    if found is None:
        if slug:
            words = N_("There is no list called {name}: see `newsletter lists list`.")
            raise ListNotFound(words, name=slug)
        raise ListNotFound(
            "There is no list yet: make one with `newsletter lists add`."
        )
    return found


def every(session: Session) -> list[MailingList]:
    """Return all lists, the default one first."""
    return list(session.exec(select(MailingList).order_by(col(MailingList.id))))


def offered(session: Session) -> list[MailingList]:
    """Return the lists that strangers may ask for, the default one first."""
    return [each for each in every(session) if each.public]


def add(session: Session, slug: str, changes: Changes) -> MailingList:
    """Make a list; raises BadList when a value cannot work.

    Its List-Id is made of slug and sender's domain, once and for ever.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > 60:
        raise BadList(
            "{name}: a list is named with a-z, 0-9 and - (60 at most).", name=slug
        )
    if session.exec(select(MailingList).where(MailingList.slug == slug)).first():
        raise BadList("There already is a list called {name}.", name=slug)
    if not changes.sender or not changes.languages:
        raise BadList("A new list needs a sender and languages.")
    made = MailingList(slug=slug, names={}, languages=[], sender_address="", list_id="")
    change(session, made, changes)
    if not made.names:
        raise BadList("A new list needs a name in one language at least.")
    made.list_id = f"{slug}.{domain_of(made.sender_address)}"
    session.add(made)
    session.flush()
    return made


def change(session: Session, mailing_list: MailingList, changes: Changes) -> None:
    """Apply `changes`; raises BadList with the value that cannot work."""
    if changes.languages is not None:
        mailing_list.languages = _languages(changes.languages)
    _change_sender(mailing_list, changes)
    mailing_list.names = _worded(mailing_list, mailing_list.names, changes.names)
    mailing_list.legal = _worded(mailing_list, mailing_list.legal, changes.legal)
    mailing_list.missing = changes.missing or mailing_list.missing
    mailing_list.on_unknown = changes.on_unknown or mailing_list.on_unknown
    mailing_list.timezone = _timezone(changes.timezone or mailing_list.timezone)
    if changes.relays is not None:
        mailing_list.relays = list(dict.fromkeys(changes.relays))
    if changes.approval is not None:
        mailing_list.approval = changes.approval
    _change_form(mailing_list, changes)
    _change_parts(mailing_list, changes)
    if mailing_list in session:
        session.flush()


def _change_sender(own: MailingList, changes: Changes) -> None:
    """Apply whom letters come from, and where answers go."""
    if changes.sender is not None:
        own.sender_name, own.sender_address = _mailbox(changes.sender)
    if changes.sender_name is not None:
        own.sender_name = _shown_name(changes.sender_name)
    if changes.sender_address is not None:
        own.sender_address = _address(changes.sender_address)
    if changes.reply_to is not None:
        asked = changes.reply_to
        own.reply_to = _mailbox(asked)[1] if asked else ""


def _change_form(mailing_list: MailingList, changes: Changes) -> None:
    """Apply what people see when they subscribe."""
    own = mailing_list
    own.descriptions = _worded(own, own.descriptions, changes.descriptions)
    own.consent = _worded(own, own.consent, changes.consent)
    own.public = own.public if changes.public is None else changes.public
    if changes.acknowledge is not None:
        own.acknowledge = changes.acknowledge
    if changes.privacy_url is not None:
        own.privacy_url = _page(changes.privacy_url)
    if changes.accent is not None:
        own.accent = _colour(changes.accent)
    if changes.topics is not None:
        own.topics = {
            tag_key(tag): _worded(own, {}, words)
            for tag, words in changes.topics.items()
        }


def _change_parts(mailing_list: MailingList, changes: Changes) -> None:
    """Apply what its issues are made of, and what stands in for what is missing."""
    own = mailing_list
    if changes.sections is not None:
        own.sections = [_section(own, each) for each in changes.sections]
        names = [each["name"].casefold() for each in own.sections]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise BadList("{name}: two sections have this name.", name=twice[0])
    if changes.fallbacks is not None:
        own.fallbacks = {
            language: _stand_ins(own, language, others)
            for language, others in changes.fallbacks.items()
            if language in own.languages and others
        }


def _section(own: MailingList, section: Section) -> dict[str, Any]:
    name = section.name.strip()
    _refuse_controls(name)
    if not 0 < len(name) <= _LONGEST_SECTION:
        raise BadList(
            "{name}: a section has a name, of {most} at most.",
            name=name,
            most=_LONGEST_SECTION,
        )
    words = {tag: said for tag, said in section.names.items() if said.strip()}
    return {"name": name, "names": _worded(own, {}, words)}


def _stand_ins(own: MailingList, language: str, others: Sequence[str]) -> list[str]:
    for other in others:
        if other not in own.languages or other == language:
            raise BadList(
                "{other} cannot stand in for {language} in this list.",
                other=Language(other),
                language=Language(language),
            )
    return list(dict.fromkeys(others))


def domain_of(address: str) -> str:
    """Return what follows the @."""
    return address.rpartition("@")[2].lower()


def is_freemail(address: str) -> bool:
    """Tell whether receivers will refuse mail sent in the name of this provider."""
    return domain_of(address) in _FREEMAIL


def _languages(tags: list[str]) -> list[str]:
    if not tags:
        raise BadList("A list needs one language at least, for example fr.")
    for tag in tags:
        try:
            Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError) as error:
            raise BadList("{tag} is not a language tag we know.", tag=tag) from error
    return list(dict.fromkeys(tags))


def _mailbox(text: str) -> tuple[str, str]:
    _refuse_controls(text)
    name, address = parseaddr(text)
    if not address:
        raise BadList("{text}: write a sender as Name <name@example.org>.", text=text)
    return name.strip(), _address(address)


def _address(text: str) -> str:
    try:
        return addresses.normalise(text).email
    except InvalidAddress as error:
        raise BadList("{text}: {reason}", text=text, reason=error.said) from error


def _shown_name(text: str) -> str:
    _refuse_controls(text)
    if len(text) > _LONGEST_NAME or "@" in text:
        raise BadList(
            "A sender’s name has {most} characters at most and is no address.",
            most=_LONGEST_NAME,
        )
    return text.strip()


def _worded(
    mailing_list: MailingList, old: Mapping[str, str], new: Mapping[str, str]
) -> dict[str, str]:
    words = dict(old)
    for language, text in new.items():
        _refuse_controls(text)
        if not language:
            words |= dict.fromkeys(mailing_list.languages, text.strip())
        elif language in mailing_list.languages:
            words[language] = text.strip()
        else:
            known = ", ".join(mailing_list.languages)
            raise BadList(
                "{language} is not a language of the list ({known}).",
                language=language,
                known=known,
            )
    return words


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise BadList("{name} is not a time zone, try Europe/Brussels.", name=name)
    return name


def _page(url: str) -> str:
    _refuse_controls(url)
    if url and not url.startswith("https://"):
        raise BadList(
            "{url}: write the whole address, it begins with https://.", url=url
        )
    return url.strip()


def _colour(text: str) -> str:
    if text and not _COLOUR.fullmatch(text):
        raise BadList("{text} is not a colour; write it like #0b5d57.", text=text)
    return text.lower()


def _refuse_controls(text: str) -> None:
    # A line break in a name would begin a header of somebody else's making.
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text):
        raise BadList("Names and addresses are one line, without control characters.")
