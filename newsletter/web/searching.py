"""Search the letters: /{lang}/search?q=…; nobody keeps what is asked."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from newsletter.web import finding, site
from newsletter.web.asgi import quiet
from newsletter.web.deps import Here, Reading

router = APIRouter()


@router.get("/{language}/search")
def search(language: str, here: Here, session: Reading, q: str = "") -> HTMLResponse:
    """Show the letters that hold these words; without words, the question."""
    tag = site.spoken(session, here, language)
    page = here.pages.answer(
        "public/search.html",
        tag,
        frame=site.frame_of(here, session, tag, lambda other: f"/{other}/search"),
        question=finding.tidy(q),
        found=finding.find(session, q, language=tag),
        shown=finding.SHOWN,
    )
    page.headers.update(quiet(here.settings.base_url))
    return page
