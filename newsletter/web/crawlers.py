"""What search engines ask for first: /robots.txt and /sitemap.xml."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from newsletter.web import freshness, published, site
from newsletter.web.deps import Here, Reading
from newsletter.web.published import Letter

router = APIRouter()

_MOST = 50_000  # addresses of one sitemap, says sitemaps.org

# Pages with a token are not named here: a page that must not be fetched cannot say
# that it must not be listed, and its address would be listed for others to open.
_ROBOTS = """\
User-agent: *
Disallow: /issues
Disallow: /forms
Disallow: /login
Disallow: /demo
Disallow: /*/search

Sitemap: {base}/sitemap.xml
"""


@dataclass(frozen=True)
class Place:
    """One page in its languages."""

    links: tuple[tuple[str, str], ...]  # language, address
    usual: str  # for everybody else
    day: str = ""  # it was last changed on


@router.get("/robots.txt")
def robots(here: Here) -> PlainTextResponse:
    """Tell robots what is not for them; the letters are."""
    return PlainTextResponse(_ROBOTS.format(base=here.settings.base_url))


@router.get("/sitemap.xml")
def sitemap(request: Request, here: Here, session: Reading) -> Response:
    """List every page that everybody may find, with its other languages."""
    base = here.settings.base_url
    letters = published.listed(session)
    spoken = site.languages(session, here)
    homes = Place(tuple((tag, f"{base}/{tag}/") for tag in spoken), f"{base}/")
    places = [homes, *(_place(base, letter) for letter in letters)]
    text = here.pages.text("public/sitemap.xml", spoken[0], places=_bounded(places))
    return freshness.answer(
        request,
        text,
        media_type="application/xml; charset=utf-8",
        changed_at=max((each.changed_at for each in letters), default=None),
    )


def _place(base: str, letter: Letter) -> Place:
    links = tuple((tag, f"{base}/{tag}/{letter.issue.slug}") for tag in letter.editions)
    return Place(links, links[0][1], letter.changed_at.date().isoformat())


def _bounded(places: list[Place]) -> list[Place]:
    kept, room = [], _MOST
    for place in places:
        room -= len(place.links)
        if room < 0:
            break
        kept.append(place)
    return kept
