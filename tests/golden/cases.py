"""Every golden letter: four languages, each full, minimal, with gaps, and in Arabic."""

from collections.abc import Iterator
from dataclasses import replace

from newsletter.rendering import Block, Design, Face, Letter, Picture, Style
from tests.golden.letters import ARABIC, FRENCH, LINK, SITE, VIDEO, picture
from tests.golden.words import OTHERS, Said, Words

FACES = {Design.LETTER: Face.SERIF, Design.NEWS: Face.SANS, Design.BULLETIN: Face.SANS}
ACCENTS = {Design.LETTER: "", Design.NEWS: "#1d4ed8", Design.BULLETIN: "#e0a000"}
LOGO = Picture(f"{SITE}/media/logo.png", width=400, height=120)
STYLES = {
    design: Style(
        design,
        FACES[design],
        accent=ACCENTS[design],
        logo=LOGO if design is Design.NEWS else None,
    )
    for design in Design
}
LANGUAGES = ("fr", "nl", "de", "en")


def full(language: str) -> Letter:
    """Return a letter with one of each kind of block, and all that it may carry."""
    letter = FRENCH if language == "fr" else _in(language, OTHERS[language])
    blocks = tuple(_with_all(block) for block in letter.blocks)
    return replace(
        letter,
        blocks=blocks,
        share_url=letter.web_url,
        privacy_url="https://example.org/privacy",
    )


def minimal(language: str) -> Letter:
    """Return a letter with as little as one may hold: two items, no choice."""
    letter = full(language)
    return replace(
        letter,
        preheader="",
        intro="",
        legal="",
        blocks=tuple(
            replace(block, section="", picture=None, lead=False, url="")
            for block in letter.blocks[1::6]
        ),
        languages=(),
        share_url="",
        privacy_url="",
        reader_since="",
    )


def fallback(language: str) -> Letter:
    """Return a letter that borrows every other item from the next language."""
    letter, lent = full(language), full(_next(language))
    pairs = zip(letter.blocks, lent.blocks, strict=True)
    blocks = (
        replace(other, section=own.section) if number % 2 else own
        for number, (own, other) in enumerate(pairs)
    )
    return replace(letter, blocks=tuple(blocks))


def rtl(language: str) -> Letter:
    """Return an Arabic letter whose items are there in a left-to-right language."""
    lent = full(language).blocks
    blocks = (*ARABIC.blocks[:1], *(replace(b, section="") for b in lent[1:6]))
    return replace(
        ARABIC, blocks=blocks, share_url=ARABIC.web_url, privacy_url=f"{SITE}/privacy"
    )


CASES = {"full": full, "minimal": minimal, "fallback": fallback, "rtl": rtl}


def every() -> Iterator[tuple[str, Letter]]:
    """Yield each case in each language, named `full.fr`, in no design yet."""
    for case, make in CASES.items():
        for language in LANGUAGES:
            yield f"{case}.{language}", make(language)


def _next(language: str) -> str:
    return LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]


def _with_all(block: Block) -> Block:
    if block.type == VIDEO.type:
        return replace(block, video_seconds=252, subtitles=("fr", "nl"))
    papers = tuple(
        replace(each, pages=24) if each.language else each for each in block.documents
    )
    return replace(block, documents=papers)


def _in(language: str, words: Words) -> Letter:
    return replace(
        FRENCH,
        language=language,
        subject=words.subject,
        preheader=words.preheader,
        intro=words.intro,
        list_name=words.list_name,
        list_url=f"{SITE}/{language}/",
        sender_name=words.list_name,
        legal=words.legal,
        web_url=f"{SITE}/{language}/48-verger",
        blocks=tuple(_blocks(language, words)),
    )


def _blocks(language: str, words: Words) -> Iterator[Block]:
    lead, story, _, video, event, documents, appeal, text = FRENCH.blocks
    news, agenda, papers, campaign = words.sections
    seen = words.lead
    photo = picture("verger", alt=seen.alt, caption=seen.caption, credit="Ilse Maes")
    compost = picture("compost", alt=words.story.alt)
    yield replace(_said(lead, language, words.lead), picture=photo)
    yield replace(_said(story, language, words.story), picture=compost, section=news)
    yield LINK
    yield _said(video, language, words.video)
    assert event.event
    placed = replace(
        event.event, place=words.place, ics_url=f"{SITE}/e/5.{language}.ics"
    )
    yield replace(_said(event, language, words.event), section=agenda, event=placed)
    yield replace(
        _said(documents, language, words.documents),
        section=papers,
        documents=tuple(
            replace(paper, title=title, language=language if paper.language else "")
            for paper, title in zip(documents.documents, words.papers, strict=True)
        ),
    )
    yield replace(_said(appeal, language, words.appeal), section=campaign)
    yield _said(text, language, words.text)


def _said(block: Block, language: str, said: Said) -> Block:
    return replace(
        block,
        language=language,
        title=said.title,
        summary=said.summary,
        body_html=said.body,
        link_text=said.button,
    )
