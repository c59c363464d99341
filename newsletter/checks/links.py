"""Checks of links: their addresses, their words, the language of their pages."""

import re
from collections.abc import Iterator
from itertools import permutations

from newsletter import i18n
from newsletter.checks import addresses
from newsletter.checks.findings import Fault, check, look, must_fix
from newsletter.checks.places import Kind, Place
from newsletter.checks.proof import Hyperlink, Proof
from newsletter.checks.sentences import Tongue, gettext
from newsletter.i18n import N_

# Words that tell nobody where a link leads, in any of the four languages.
_EMPTY_WORDS = frozenset(
    {
        *("here", "click here", "click", "this link", "link", "via this link"),
        *("ici", "cliquez ici", "cliquer ici", "clique ici", "par ici", "ce lien"),
        *(
            "lien",
            "sur ce lien",
            "en cliquant ici",
            "cliquez",
            "c’est ici",
            "c'est ici",
        ),
        *("hier", "klik hier", "klik", "deze link", "via deze link", "hier klikken"),
        *("klicken", "hier klicken", "klicken sie hier", "klick hier", "dieser link"),
        *("diesem link", "diesen link", "über diesen link", "auf diesen link"),
    }
)


@check("link-address", N_("Every link is a whole address"))
def link_address(proof: Proof) -> Iterator[Fault]:
    """A mail has no page that an address could be relative to."""
    reasons = {
        "relative": N_("This link is not a whole address: {url}"),
        "unescaped": N_("This link holds characters that break it: {url}"),
    }
    for link in proof.links:
        wrong = addresses.fault(link.url)
        if wrong:
            said = gettext(reasons[wrong], url=_short(link.url))
            yield must_fix(said, link.place, language=link.language, detail=link.url)


@check("link-staging", N_("No link leads to a test site"))
def link_staging(proof: Proof) -> Iterator[Fault]:
    """It opens for whoever wrote the letter, and for nobody else."""
    for link in proof.links:
        if addresses.fault(link.url) or addresses.is_ours(link.url, proof.base_url):
            continue
        if addresses.is_staging(link.url, allow=proof.allow):
            said = gettext(
                "This link leads to a test site or a draft, which readers cannot open:"
                " {url}",
                url=_short(link.url),
            )
            yield must_fix(said, link.place, language=link.language, detail=link.url)


@check("link-language", N_("Links lead to pages in the reader’s language"))
def link_language(proof: Proof) -> Iterator[Fault]:
    """The page of another language, although there is one in the reader's own."""
    twins = _twins(proof)
    for link in proof.links:
        if link.place.field != "body" or not link.language:
            continue
        theirs = next(
            (page for page in twins.get(_bare(link.url), ()) if _is_for(page, link)),
            None,
        )
        if theirs:
            said = gettext(
                "This link leads to a page in another language; there is one in"
                " {language}: {url}",
                language=Tongue(link.language),
                url=_short(theirs[1]),
            )
            yield must_fix(said, link.place, language=link.language, detail=link.url)


@check("link-shortener", N_("Links show where they lead"))
def link_shortener(proof: Proof) -> Iterator[Fault]:
    """Spam filters do not like them, and readers do not know what they open."""
    for link in proof.links:
        if addresses.is_short(link.url):
            said = gettext(
                "A shortened link hides where it leads, and spam filters distrust it:"
                " {url}",
                url=_short(link.url),
            )
            yield look(said, link.place, language=link.language, detail=link.url)


@check("link-tracking", N_("No link follows its reader"))
def link_tracking(proof: Proof) -> Iterator[Fault]:
    """What the mail does not do, its links should not do either."""
    for link in proof.links:
        found = addresses.trackers(link.url)
        if found:
            said = gettext(
                "This link follows readers ({parameters}): {url}",
                parameters=found,
                url=_short(link.url),
            )
            yield look(said, link.place, language=link.language, detail=link.url)


@check("link-words", N_("Links say where they lead"))
def link_words(proof: Proof) -> Iterator[Fault]:
    """Somebody who hears a list of links hears "here, here, here"."""
    for words, place, language, url in _worded(proof):
        said = words.strip(" .…!→>»:\u00a0\u202f").casefold()
        if not said:
            sentence = gettext("A link has no words: {url}", url=_short(url))
            yield look(sentence, place, language=language, detail=url)
        elif said in _EMPTY_WORDS:
            sentence = gettext(
                "A link says only “{words}”. Say where it leads.", words=words
            )
            yield look(sentence, place, language=language, detail=url + words)


def _worded(proof: Proof) -> Iterator[tuple[str, Place, str | None, str]]:
    for link in proof.links:
        if link.words is not None:
            yield link.words, link.place, link.language, link.url
    for passage in proof.passages:
        if passage.place.kind is Kind.ITEM and passage.place.field == "link_text":
            yield passage.words, passage.place, passage.language, ""


# The pages that are one page in several languages: language and address.
_Pages = tuple[tuple[str, str], ...]


def _twins(proof: Proof) -> dict[str, _Pages]:
    """Return by address the pages that stand beside it in other languages.

    Staff gave an item a page per language, or the issue links to both /fr/… and /nl/….
    """
    found: dict[str, _Pages] = {}
    for item in proof.items:
        pages = {text.language: text.url for text in item.texts if text.url}
        pages.setdefault(item.language, item.url)
        for own, url in pages.items():
            others = ((tag, other) for tag, other in pages.items() if tag != own)
            found.setdefault(_bare(url), tuple(others))
    for url in {_bare(link.url): link.url for link in proof.links}.values():
        for own, tag in permutations(proof.languages, 2):
            other = _in_language(url, own, tag)
            if other and _bare(other) in {_bare(link.url) for link in proof.links}:
                found[_bare(url)] = (*found.get(_bare(url), ()), (tag, other))
    return found


def _in_language(url: str, own: str, tag: str) -> str:
    """Return an address with one language in its path for another, or nothing."""
    pattern = rf"(?<=[^/]/){i18n.base(own)}(?=/|$)"
    other = re.sub(pattern, i18n.base(tag), url, count=1)
    return other if other != url else ""


def _is_for(page: tuple[str, str], link: Hyperlink) -> bool:
    same = i18n.is_same_language(page[0], link.language or "")
    return same and bool(page[1]) and _bare(page[1]) != _bare(link.url)


def _bare(url: str) -> str:
    """Return an address as it is compared: without its scheme and last slash."""
    return url.strip().partition("#")[0].rpartition("://")[2].rstrip("/").lower()


def _short(url: str) -> str:
    shown = url.strip()
    return shown if len(shown) <= 90 else shown[:89] + "…"


CHECKS = (
    link_address,
    link_staging,
    link_language,
    link_shortener,
    link_tracking,
    link_words,
)
