"""What the source of a cell says now, and what changed since it was translated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session

from newsletter import items
from newsletter.editions import are_stale
from newsletter.items import blocks, differences, markup, revisions
from newsletter.items.differences import Difference
from newsletter.items.revisions import Text
from newsletter.models import Edition, ItemText
from newsletter.web import wording
from newsletter.web.wording import Shape


@dataclass(frozen=True)
class Part:
    """One field of the source: its words, laid over those of before if they differ."""

    name: str
    label: str
    words: str
    html: Markup | None  # of a rich one
    difference: Difference | None


@dataclass(frozen=True)
class Source:
    """The words that a cell translates."""

    language: str
    parts: tuple[Part, ...]
    stale: bool  # it changed after the translation was made
    changed_on: date
    known: bool  # whether the words of then are still there
    sentences: int  # that differ


def of(
    session: Session, source: Text, own: Text | None, *, language: str, zone: str
) -> Source:
    """Return the source of a cell in the words of a page in `language`."""
    now = revisions.words_of(source)
    is_stale = own is not None and _is_stale(source, own)
    then = (
        revisions.made_from(session, source, own.source_hash)
        if own is not None and is_stale
        else None
    )
    names = [name for name in now if name != "url" and _anything(name, now, then)]
    parts = tuple(
        _part(name, now, then.words if then else None, source.language, language)
        for name in names
    )
    return Source(
        language=source.language,
        parts=parts,
        stale=is_stale,
        changed_on=source.updated_at.astimezone(ZoneInfo(zone)).date(),
        known=then is not None,
        sentences=sum(part.difference.count for part in parts if part.difference),
    )


def plain(name: str, words: str) -> str:
    """Return the words of a field as plain text, a paragraph to a line."""
    return blocks.to_text(markup.read(words)) if name == "body" else words


def _anything(name: str, now: Mapping[str, str], then: object) -> bool:
    before = getattr(then, "words", {})
    return bool(now[name] or before.get(name))


def _part(
    name: str,
    now: Mapping[str, str],
    then: Mapping[str, str] | None,
    source_language: str,
    language: str,
) -> Part:
    rich = wording.shape(name) is Shape.RICH
    differs = then is not None and then.get(name, "") != now[name]
    difference = (
        differences.between(
            plain(name, then.get(name, "")), plain(name, now[name]), source_language
        )
        if differs and then is not None
        else None
    )
    return Part(
        name=name,
        label=wording.label(name, of_language=source_language, in_language=language),
        words=now[name],
        # Cleaned once more: what an older version stored goes through today's rules.
        html=Markup(items.clean_body(now[name])) if rich else None,  # noqa: S704  # cleaned just here
        # A change of markup alone shows no words that differ.
        difference=difference if difference and difference.count else None,
    )


def _is_stale(source: Text, own: Text) -> bool:
    if isinstance(source, ItemText) and isinstance(own, ItemText):
        return items.is_stale(source, own)
    if isinstance(source, Edition) and isinstance(own, Edition):
        return are_stale(source, own)
    return False
