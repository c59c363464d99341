"""A letter as its templates show it: every choice made, every word found."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote

from markupsafe import Markup

from newsletter import i18n
from newsletter.models import ItemType
from newsletter.rendering import blocks, body, palette, safe
from newsletter.rendering.blocks import Link, Shown
from newsletter.rendering.letter import Block, Letter, Picture, Style
from newsletter.rendering.tongue import Tongue

_NBSP = "\u00a0"
# Fewer blocks than this need no list of contents.
_WORTH_LISTING = 4
# What is not laid out as a story is.
_RUNS = {
    kind: str(kind)
    for kind in ("lead", ItemType.APPEAL, ItemType.EVENT, ItemType.DOCUMENTS)
}
_WIDEST_LOGO, _TALLEST_LOGO = 220, 64  # pixels, as shown


@dataclass(frozen=True)
class ReadIn:
    """One of the languages the issue exists in; the letter's own has no link."""

    name: str
    language: str
    url: str
    attrs: Markup


@dataclass(frozen=True)
class Group:
    """Blocks under one section heading, or under none."""

    name: str
    blocks: tuple[Shown, ...]

    @property
    def runs(self) -> tuple[tuple[str, tuple[Shown, ...]], ...]:
        """The blocks in order, those laid out alike together.

        Each run has a name: lead, event, documents, appeal; "pictured" for stories
        with a picture and "told" for those without.
        """
        found = groupby(self.blocks, key=_run)
        return tuple((kind, tuple(run)) for kind, run in found)


@dataclass(frozen=True)
class Page:
    """A letter with its words in place."""

    letter: Letter
    tongue: Tongue
    subject: str
    preheader: str
    list_name: str
    dateline: str
    intro: body.Body
    groups: tuple[Group, ...]
    contents: tuple[Shown, ...]
    languages: tuple[ReadIn, ...]
    reason: tuple[str, str]  # the sentence before and after the reader's address
    legal: tuple[str, ...]  # lines
    contact: str
    share: tuple[Link, ...] = ()
    privacy_url: str = ""
    logo: Picture | None = None  # in the size it is shown at

    @property
    def style(self) -> Style:
        """What the letter looks like."""
        return self.letter.style

    @property
    def titles(self) -> str:
        """The fonts of its titles."""
        return palette.family(self.style.titles)

    @property
    def blocks(self) -> tuple[Shown, ...]:
        """Every block in order."""
        return tuple(block for group in self.groups for block in group.blocks)


def _run(block: Shown) -> str:
    return _RUNS.get(block.kind, "pictured" if block.picture else "told")


def page(letter: Letter) -> Page:
    """Return the letter as its templates want it."""
    tongue = Tongue(letter.language)
    intro = body.from_paragraphs(safe.paragraphs(letter.intro, letter.language))
    groups = _groups(_bylined(letter.blocks), tongue)
    shown = tuple(block for group in groups for block in group.blocks)
    legal = safe.clean(letter.legal)
    return Page(
        letter=letter,
        tongue=tongue,
        subject=safe.words(letter.subject, letter.language),
        preheader=safe.words(letter.preheader, letter.language),
        list_name=safe.words(letter.list_name, letter.language),
        dateline=_dateline(letter, tongue, [intro, *(block.text for block in shown)]),
        intro=intro,
        groups=groups,
        contents=shown if len(shown) >= _WORTH_LISTING else (),
        languages=_languages(letter),
        reason=_reason(letter, tongue),
        legal=tuple(line.strip() for line in legal.splitlines() if line.strip()),
        contact="" if letter.contact in legal else letter.contact,
        share=_share(letter, tongue),
        privacy_url=safe.link(letter.privacy_url),
        logo=_logo(letter.style.logo),
    )


def _share(letter: Letter, tongue: Tongue) -> tuple[Link, ...]:
    """Return the ways to pass the letter on: its public page, and nobody's token."""
    url = safe.link(letter.share_url)
    if not url:
        return ()
    subject = quote(safe.words(letter.subject, letter.language), safe="")
    page, _ = quote(url, safe=""), tongue.gettext
    ways = (
        (f"mailto:?subject={subject}&body={page}", _("Forward by e-mail")),
        (f"https://wa.me/?text={page}", "WhatsApp"),
        # The project's own door: asks which server, and is told after the "#".
        (f"https://share.joinmastodon.org/#text={page}", "Mastodon"),
        # To be copied: nothing in a mail can do that for a reader.
        (url, _("Link to this letter")),
    )
    return tuple(Link(way, words) for way, words in ways)


def _logo(kept: Picture | None) -> Picture | None:
    """Return the logo as large as it is shown: half of what it was drawn at, or less.

    Half, so that it is sharp on screens with two pixels to one.
    """
    if kept is None:
        return None
    scale = min(0.5, _WIDEST_LOGO / kept.width, _TALLEST_LOGO / kept.height)
    width, height = (max(1, round(side * scale)) for side in (kept.width, kept.height))
    return replace(kept, width=width, height=height)


def _dateline(letter: Letter, tongue: Tongue, bodies: Iterable[body.Body]) -> str:
    _ = tongue.gettext
    length = i18n.minutes(" ".join(body.words(part) for part in bodies))
    parts = (
        _("Letter No {number}", number=letter.number),
        i18n.day(letter.dated_on, tongue.spoken),
        _("{n} min read", n=length),
    )
    return " · ".join(part.replace(" ", _NBSP) for part in parts)


def _languages(letter: Letter) -> tuple[ReadIn, ...]:
    """Return the languages to choose from; none where there is no choice."""
    links = [(link.language, link.url) for link in letter.languages]
    if letter.language not in dict(links):
        links.insert(0, (letter.language, ""))
    if len(links) < 2:
        return ()
    return tuple(
        ReadIn(
            name=i18n.own_name(language),
            language=language,
            url="" if language == letter.language else url,
            attrs=Tongue(letter.language).attrs(language),
        )
        for language, url in links
    )


def _reason(letter: Letter, tongue: Tongue) -> tuple[str, str]:
    """Return why the reader has this mail, cut where the address goes.

    The address is the reader's own and is wrapped in <bdi>, which a catalogue
    should not have to know.
    """
    language = i18n.language_name(letter.language, tongue.spoken)
    if letter.reader_since:
        sentence = tongue.gettext(
            "You get this letter in {language} at {address} because you subscribed"
            " on {day}.",
            language=language,
            address="\0",
            day=letter.reader_since,
        )
    else:
        sentence = tongue.gettext(
            "You get this letter in {language} at {address} because you subscribed"
            " to it.",
            language=language,
            address="\0",
        )
    before, _, after = sentence.partition("\0")
    return before, after


def _bylined(found: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks without the name that most of them are signed with.

    Feeds sign everything with the organisation; a byline is worth a line where it
    tells one item from another.
    """
    names = Counter(block.author for block in found if block.author)
    usual = {name for name, count in names.items() if count > max(1, len(found) // 2)}
    return tuple(
        replace(block, author="") if block.author in usual else block for block in found
    )


def _groups(found: tuple[Block, ...], tongue: Tongue) -> tuple[Group, ...]:
    groups: list[Group] = []
    for number, block in enumerate(found, start=1):
        section = safe.words(block.section, tongue.language)
        if section or not groups:
            groups.append(Group(section, ()))
        in_section = any(group.name for group in groups)
        # Without a section above them, items are the headings under the h1.
        shown = blocks.show(block, tongue, number=number, level=3 if in_section else 2)
        last = groups[-1]
        groups[-1] = replace(last, blocks=(*last.blocks, shown))
    return _told_apart(tuple(groups))


def _told_apart(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Give links that share their words a label that names their item.

    Somebody who hears a list of links hears "Read more" only once.
    """
    said = Counter(
        link.words for group in groups for block in group.blocks for link in block.named
    )
    return tuple(
        replace(group, blocks=tuple(block.labelled(said) for block in group.blocks))
        for group in groups
    )
