"""What the page of a letter says about itself, to visitors, networks and machines."""

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup
from sqlmodel import Session

from newsletter import i18n, issues
from newsletter.cards import HEIGHT, WIDTH
from newsletter.models import Edition
from newsletter.web import leads, linked, published
from newsletter.web.published import Letter
from subscribers.models import MailingList


@dataclass(frozen=True)
class Picture:
    """The picture a shared link shows."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Neighbour:
    """A letter next to this one, as a link shows it."""

    url: str
    title: str
    language: str


@dataclass(frozen=True)
class Opened:
    """What an open letter says of itself; one that is not listed says less."""

    listed: bool
    url: str
    usual: str  # the address for readers of any other language
    links: tuple[tuple[str, str], ...]  # language, address
    region: str
    regions: tuple[str, ...]  # of its other languages
    picture: Picture | None
    data: Markup
    share: tuple[tuple[str, str], ...]  # where, address
    before: Neighbour | None
    after: Neighbour | None


def opened(
    base: str,
    session: Session,
    letter: Letter,
    edition: Edition,
    mailing_list: MailingList,
) -> Opened:
    """Return what a letter's page says; `base` starts every address, never the Host."""
    slug, tag = letter.issue.slug, edition.language
    links = tuple((each, f"{base}/{each}/{slug}") for each in letter.languages)
    url = f"{base}/{tag}/{slug}"
    listed = issues.is_listed(letter.issue, mailing_list)
    beside = published.beside(session, letter) if listed else None
    others = (each for each in letter.languages if each != tag)
    return Opened(
        listed=listed,
        url=url,
        usual=links[0][1],
        links=links,
        region=i18n.regional(tag),
        regions=tuple(i18n.regional(each) for each in others),
        picture=_picture(base, edition),
        data=linked.data(_news(base, letter, edition, mailing_list))
        if listed
        else Markup(),
        share=_share(url, edition.subject) if listed else (),
        before=_neighbour(beside.before, tag) if beside else None,
        after=_neighbour(beside.after, tag) if beside else None,
    )


def _picture(base: str, edition: Edition) -> Picture | None:
    if edition.card:
        return Picture(base + edition.card, WIDTH, HEIGHT)
    lead = leads.lead_of(edition, base_url=base)
    return Picture(lead.src, lead.width, lead.height) if lead else None


def _neighbour(letter: Letter | None, language: str) -> Neighbour | None:
    if letter is None:
        return None
    edition = letter.nearest(language)
    url = f"/{edition.language}/{letter.issue.slug}"
    return Neighbour(
        url, i18n.tidy(edition.subject, edition.language), edition.language
    )


def _share(url: str, title: str) -> tuple[tuple[str, str], ...]:
    """Return links by which a visitor tells others; nobody is told before a click."""
    said, address = quote(title, safe=""), quote(url, safe="")
    both = f"{said}%20{address}"
    return (
        ("mail", f"mailto:?subject={said}&body={said}%0A{address}"),
        ("WhatsApp", f"https://wa.me/?text={both}"),
        ("Mastodon", f"https://share.joinmastodon.org/#text={both}"),
    )


def _news(
    base: str, letter: Letter, edition: Edition, mailing_list: MailingList
) -> linked.News:
    tag = edition.language
    lead = leads.lead_of(edition, base_url=base)
    found = (base + edition.card if edition.card else "", lead.src if lead else "")
    name = mailing_list.name_in(tag)
    return linked.News(
        url=f"{base}/{tag}/{letter.issue.slug}",
        title=i18n.tidy(edition.subject, tag),
        description=i18n.tidy(edition.preheader, tag),
        language=tag,
        publisher=mailing_list.sender_name or name,
        home=f"{base}/{tag}/",
        home_name=name,
        images=tuple(filter(None, found)),
        published_at=letter.left_at,
        changed_at=edition.corrected_at or letter.left_at,
        facts=published.facts_today(edition, base_url=base),
    )
