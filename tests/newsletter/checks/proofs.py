"""Proofs of an issue that is in order, to be spoilt in one place."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.checks import Report, examine, prose
from newsletter.checks.places import Kind, Place
from newsletter.checks.proof import (
    EditionProof,
    ItemProof,
    Mail,
    Meeting,
    Passage,
    PictureFacts,
    Proof,
    Shown,
    Text,
)
from newsletter.editions import CellState
from newsletter.models import LinkState
from newsletter.trials import Trial

LANGUAGES = ("fr", "nl", "de", "en")
BRUSSELS = ZoneInfo("Europe/Brussels")
WORKS = Trial(LinkState.WORKS, 200)
LEAVES_AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday
SUBJECTS = {
    "fr": "La rivière a gagné",
    "nl": "De rivier heeft gewonnen",
    "de": "Der Fluss hat gewonnen",
    "en": "The river has won",
}
PREHEADERS = {
    "fr": "Trois actions, et une fête au bord de l’eau.",
    "nl": "Drie acties, en een feest aan het water.",
    "de": "Drei Aktionen, und ein Fest am Wasser.",
    "en": "Three actions, and a party by the water.",
}
TITLES = {
    "fr": "Le permis est retiré",
    "nl": "De vergunning is ingetrokken",
    "de": "Die Genehmigung ist zurückgezogen",
    "en": "The permit is withdrawn",
}
BODIES = {
    "fr": "<p>Après trois années de travail, la ville a retiré le permis de"
    " construire.</p>",
    "nl": "<p>Na drie jaar werk heeft de stad de bouwvergunning ingetrokken.</p>",
    "de": "<p>Nach drei Jahren Arbeit hat die Stadt die Baugenehmigung"
    " zurückgezogen.</p>",
    "en": "<p>After three years of work the city has withdrawn the building"
    " permit.</p>",
}
ALTS = {
    "fr": "Des loutres sur la berge au lever du jour",
    "nl": "Otters op de oever bij zonsopgang",
    "de": "Otter am Ufer bei Sonnenaufgang",
    "en": "Otters on the bank at sunrise",
}
PICTURE = PictureFacts(1072, 80_000, there=True, names=("otters.jpg", "otters"))


def text(language: str, *, url: str = "", **fields: str) -> Text:
    """Return the words of item 1 in a language; fields not given are in order."""
    said = {
        "title": TITLES[language],
        "body": BODIES[language],
        "alt": ALTS[language],
        **fields,
    }
    passages = []
    anchors: tuple[prose.Anchor, ...] = ()
    for field, words in said.items():
        shown = prose.plain(words)
        if field == "body":
            shown, anchors = prose.read(words)
        if words:
            place = Place(Kind.ITEM, 1, field, TITLES["fr"])
            passages.append(Passage(shown, language, place))
    return Text(
        language=language,
        title=said["title"],
        passages=tuple(passages),
        anchors=anchors,
        alt=said["alt"],
        url=url,
        bare=not said["body"] and not said.get("summary"),
    )


def item(*texts: Text, **facts: Any) -> ItemProof:
    """Return item 1; the texts given replace those that are in order."""
    given = {each.language: each for each in texts}
    whole = tuple(given.get(tag) or text(tag) for tag in LANGUAGES)
    cells = tuple(Shown(tag, CellState.READY, tag) for tag in LANGUAGES)
    values: dict[str, Any] = {
        "id": 1,
        "type": "story",
        "language": "fr",
        "title": TITLES["fr"],
        "url": "https://riviere.example.org/permis",
        "video_url": "",
        "cells": cells,
        "texts": whole,
        "untitled": (),
        "documents": (),
        "picture": PICTURE,
        "meeting": None,
        "published_at": LEAVES_AT,
        "leads": True,
    }
    return ItemProof(**values | facts)


def in_state(language: str, state: CellState, words_in: str | None) -> ItemProof:
    """Return item 1 whose cell in one language stands otherwise."""
    cells = tuple(
        Shown(tag, state, words_in)
        if tag == language
        else Shown(tag, CellState.READY, tag)
        for tag in LANGUAGES
    )
    return item(cells=cells)


def event(**moments: datetime) -> ItemProof:
    """Return item 1 as an event in two weeks, unless the moments say otherwise."""
    values: dict[str, Any] = {
        "starts_at": datetime(2026, 12, 12, 13, 30, tzinfo=UTC),
        "ends_at": None,
        "reply_by_at": None,
        "all_day": False,
        "zone": BRUSSELS,
    }
    return item(type="event", meeting=Meeting(**values | moments))


def edition(language: str, *, intro: str = "", **words: Any) -> EditionProof:
    """Return an edition in order, with readers."""
    number = LANGUAGES.index(language) + 1
    values: dict[str, Any] = {
        "id": number,
        "language": language,
        "subject": SUBJECTS[language],
        "preheader": PREHEADERS[language],
        "readers": 340,
        "last_subject": "",
        "legal": "Les Amis de la rivière asbl, Bruxelles",
    }
    place = Place(Kind.EDITION, number, "intro")
    passage = Passage(prose.plain(intro), language, place)
    return EditionProof(**values | words, intro=passage)


def proof(*changed: EditionProof | ItemProof | Mail, **facts: Any) -> Proof:
    """Return the proof of an issue in four languages with one item, all in order."""
    editions = {tag: edition(tag) for tag in LANGUAGES}
    mails = {tag: Mail(tag, size=20_000) for tag in LANGUAGES}
    items = [each for each in changed if isinstance(each, ItemProof)]
    for each in changed:
        if isinstance(each, EditionProof):
            editions[each.language] = each
        elif isinstance(each, Mail):
            mails[each.language] = each
    whole = Proof(
        issue_id=1,
        list_id=1,
        all_editions=tuple(editions.values()),
        items=tuple(items or [item()]),
        mails=tuple(mails.values()),
        leaves_at=LEAVES_AT,
        zone=BRUSSELS,
        base_url="https://news.example.org",
        allow=(),
        trials=(),
        relay_fault=None,
        domain_fault=None,
        readers=1_360,
    )
    found = replace(whole, **facts)
    if "trials" not in facts:
        found = replace(found, trials=tried(found))
    return found


def tried(whole: Proof) -> Any:
    """Return trials in which every link works."""
    return tuple((link.url, WORKS) for link in whole.links)


def found(whole: Proof) -> list[tuple[str, str, str | None, str]]:
    """Return what the checks say: check, level, language, field."""
    report: Report = examine(whole)
    return [
        (f.check, f.level.value, f.language, f.place.field) for f in report.findings
    ]
