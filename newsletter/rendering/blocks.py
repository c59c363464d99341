"""One item as the templates show it: what is said, where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from markupsafe import Markup

from newsletter import i18n
from newsletter.models import ItemType
from newsletter.rendering import body, safe
from newsletter.rendering.letter import Block, Document, EventFacts, Picture
from newsletter.rendering.tongue import Tongue

# Characters of a body that a letter shows whole although there is a page to read on.
_WHOLE_LEAD = 1200
_WHOLE_STORY = 400
_TEASER = 280
_BRIEF = 240  # of a digest
_UNHURRIED = 200  # words from which on a reading time is worth saying
_NO_ATTRS = Markup()


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere; `label` is what a screen reader says instead."""

    url: str
    words: str
    attrs: Markup = _NO_ATTRS
    label: str = ""


@dataclass(frozen=True)
class Tile:
    """The day of an event, as a calendar leaf."""

    day: str
    month: str


@dataclass(frozen=True)
class Event:
    """When and where, in words."""

    tile: Tile
    when: str
    place: str
    reply_by: str
    calendar: Link | None
    starts_at: str  # ISO 8601, for <time>


@dataclass(frozen=True)
class Paper:
    """A document: its name, and in brackets what the reader is about to fetch."""

    link: Link
    facts: str
    language: str


@dataclass(frozen=True)
class Shown:
    """One block, ready for every form of the letter."""

    tongue: Tongue  # of the letter
    kind: str  # an ItemType value, or "lead"
    anchor: str
    number: int
    level: int  # of its heading
    title: str
    url: str
    attrs: Markup  # of its own words
    start: str  # the side its own words begin at
    label: str  # "(in French)", when it is shown in another language
    meta: str
    text: body.Body  # what the mail shows
    brief: body.Body  # what a digest shows
    full: body.Body  # what the web page shows
    source: str
    picture: Picture | None
    alt: str
    caption: str
    more: Link | None
    event: Event | None
    papers: tuple[Paper, ...]

    @property
    def thumb(self) -> Picture | None:
        """The picture where it stands beside words, no heavier than it has to be."""
        return (self.picture and self.picture.small) or self.picture

    @property
    def links(self) -> tuple[Link, ...]:
        """Where the reader can go on from here."""
        found = (self.more, self.event.calendar if self.event else None)
        return tuple(link for link in found if link)

    @property
    def named(self) -> tuple[Link, ...]:
        """Every link whose words could be those of another item."""
        return (*self.links, *(paper.link for paper in self.papers))

    def labelled(self, said: Mapping[str, int]) -> "Shown":
        """Return this block with labels on links that others word the same way."""
        event = self.event
        if event and event.calendar:
            event = replace(event, calendar=self._labelled(event.calendar, said))
        more = self._labelled(self.more, said) if self.more else None
        papers = tuple(
            replace(paper, link=self._labelled(paper.link, said))
            for paper in self.papers
        )
        return replace(self, more=more, event=event, papers=papers)

    def _labelled(self, link: Link, said: Mapping[str, int]) -> Link:
        if said[link.words] < 2:
            return link
        return replace(link, label=self.tongue.leading(link.words, self.title))


def show(block: Block, tongue: Tongue, *, number: int, level: int) -> Shown:
    """Return a block with its words and links decided."""
    title = safe.words(block.title, block.language)
    url = safe.link(block.url) or safe.link(block.video_url)
    full = _full(block)
    kind = "lead" if block.lead else block.type
    text = _for_mail(block, kind, url, full)
    return Shown(
        tongue=tongue,
        kind=kind,
        anchor=block.anchor,
        number=number,
        level=level,
        title=title,
        url=url,
        attrs=tongue.attrs(block.language),
        start=Tongue(block.language).start,
        label=tongue.label(block.language),
        meta=_meta(block, tongue, full),
        text=text,
        brief=_brief(block, url, text),
        full=full,
        source=_source(block, tongue),
        picture=block.picture,
        alt=_alt(block, tongue, title),
        caption=_caption(block),
        more=_more(block, tongue, url),
        event=_event(block.event, tongue) if block.event else None,
        papers=tuple(_paper(each, block, tongue) for each in block.documents),
    )


def _full(block: Block) -> body.Body:
    read = body.read(block.body_html, block.language)
    return read or body.from_paragraphs(safe.paragraphs(block.summary, block.language))


def _for_mail(block: Block, kind: str, url: str, full: body.Body) -> body.Body:
    """Return as much as a letter should hold of a text that goes on elsewhere."""
    whole = {"lead": _WHOLE_LEAD, ItemType.APPEAL: _WHOLE_LEAD}.get(kind, _WHOLE_STORY)
    length = len(body.words(full))
    if not url or kind == ItemType.TEXT or (kind == "lead" and length <= whole):
        return full
    summary = safe.paragraphs(block.summary, block.language)
    if summary:
        return body.from_paragraphs(summary)
    if length <= whole:
        return full
    return body.from_paragraphs((_teaser(body.words(full)),))


def _brief(block: Block, url: str, text: body.Body) -> body.Body:
    """Return as much of a text as a digest should hold, all of it if it ends here."""
    if not url or block.type == ItemType.TEXT or len(body.words(text)) <= _BRIEF:
        return text
    summary = safe.words(block.summary, block.language)
    said = summary if summary and len(summary) <= _TEASER else body.words(text)
    return body.from_paragraphs((_teaser(said, _TEASER),))


def _teaser(text: str, most: int = _TEASER) -> str:
    """Return the beginning of a text, cut at a word."""
    if len(text) <= most:
        return text
    # Not only plain spaces: the narrow ones of French stand before signs.
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:–-\u202f\u00a0") + "…"


def _meta(block: Block, tongue: Tongue, full: body.Body) -> str:
    """Return the small line above a title's text: who, what, how long."""
    parts: list[str] = []
    if block.type == ItemType.LINK:
        parts.append(safe.words(block.attribution, block.language) or _host(block.url))
    if block.type == ItemType.VIDEO:
        parts += _about_video(block, tongue)
    if block.author:
        author = safe.words(block.author, block.language)
        parts.append(tongue.gettext("By {author}", author=author))
    if block.lead and len(body.words(full).split()) >= _UNHURRIED:
        length = i18n.minutes(body.words(full))
        parts.append(tongue.gettext("{n} min read", n=length))
    line = " · ".join(part for part in parts if part)
    return f"{line} {tongue.label(block.language)}".strip()


def _about_video(block: Block, tongue: Tongue) -> list[str]:
    """Return that it is one, how long it lasts, what it can be read in."""
    parts = [tongue.gettext("Video")]
    if block.video_seconds:
        parts.append(i18n.duration(block.video_seconds, tongue.spoken))
    if block.subtitles:
        named = [i18n.language_name(each, tongue.spoken) for each in block.subtitles]
        spoken = i18n.listed(named, tongue.spoken)
        parts.append(tongue.gettext("subtitles in {languages}", languages=spoken))
    return parts


def _source(block: Block, tongue: Tongue) -> str:
    source = safe.words(block.attribution, block.language)
    if not source or block.type == ItemType.LINK:
        return ""
    return tongue.gettext("Source: {source}", source=source)


def _alt(block: Block, tongue: Tongue, title: str) -> str:
    if block.type == ItemType.VIDEO:
        return tongue.gettext("Play: {title}", title=title)
    said = caption = ""
    if block.picture:
        said = safe.words(block.picture.alt, block.language)
        caption = safe.words(block.picture.caption, block.language)
    # Nobody wants to hear the caption twice. A picture that is a link needs a name
    # all the same; one that is not may be decoration. Websites write alt="&nbsp;".
    says = any(map(str.isprintable, said.replace(" ", ""))) and said != caption
    return said if says else title if block.url else ""


def _caption(block: Block) -> str:
    if block.picture is None:
        return ""
    caption = safe.words(block.picture.caption, block.language)
    credit = safe.words(block.picture.credit, block.language).lstrip("© ")
    parts = (caption, f"©\u00a0{credit}" if credit else "")
    return " ".join(part for part in parts if part)


def _more(block: Block, tongue: Tongue, url: str) -> Link | None:
    if not url:
        return None
    if block.link_text:
        words = safe.words(block.link_text, block.language)
        return Link(url, words, tongue.attrs(block.language))
    words = _usual_words(block, tongue)
    if tongue.label(block.language):
        words = f"{words} ({i18n.plate(block.language)})"
    return Link(url, words, tongue.voice)


def _usual_words(block: Block, tongue: Tongue) -> str:
    """Return what a button says when nobody wrote it: what happens, never "here"."""
    _ = tongue.gettext
    match block.type:
        case ItemType.LINK:
            return _("Read on {site}", site=_host(block.url))
        case ItemType.VIDEO:
            return _("Watch the video")
        case ItemType.EVENT:
            return _("Details and registration")
        case ItemType.STORY:
            return _("Read the full story")
        case _:
            return _("Find out more")


def _host(url: str) -> str:
    return (urlsplit(safe.link(url)).hostname or "").removeprefix("www.")


def _event(facts: EventFacts, tongue: Tongue) -> Event:
    start = facts.starts_at.astimezone(facts.zone)
    day, month = i18n.day_and_month(start, tongue.language)
    reply_by = ""
    if facts.reply_by_at:
        by = i18n.moment(facts.reply_by_at, tongue.spoken, facts.zone)
        reply_by = tongue.gettext("Please reply by {moment}.", moment=by)
    url = safe.link(facts.ics_url)
    words = tongue.gettext("Add to my calendar")
    when = i18n.event_when(facts, tongue.language)
    return Event(
        tile=Tile(day, month),
        when=when[:1].upper() + when[1:],
        place=safe.words(facts.place, tongue.language),
        reply_by=reply_by,
        calendar=Link(url, words, tongue.voice) if url else None,
        starts_at=(start.date() if facts.all_day else start).isoformat(),
    )


def _paper(document: Document, block: Block, tongue: Tongue) -> Paper:
    size = i18n.file_size(document.size, tongue.spoken) if document.size else ""
    language = document.language
    name = i18n.language_name(language, tongue.spoken) if language else ""
    pages = ""
    if document.pages:
        pages = tongue.say.ngettext("{n} page", "{n} pages", document.pages)
    told = (document.format, pages, size, name)
    facts = ", ".join(part.replace(" ", "\u00a0") for part in told if part)
    title = safe.words(document.title, block.language) or document.format
    link = Link(safe.link(document.url), title, tongue.attrs(block.language))
    return Paper(link, f"({facts})" if facts else "", language)
