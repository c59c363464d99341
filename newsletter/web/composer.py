"""The page where an issue is composed: its outline beside one open cell."""

from typing import Any

from fastapi.responses import HTMLResponse
from sqlmodel import Session

from newsletter import deliveries, editions
from newsletter.models import Issue
from newsletter.web import outline
from newsletter.web.deps import Site
from newsletter.web.sessions import Visitor


def page(
    here: Site,
    visitor: Visitor,
    session: Session,
    issue: Issue,
    *,
    pane: Any = None,
) -> HTMLResponse:
    """Return the whole page; `pane` is what `staff/_cell.html` shows beside."""
    coverage = editions.coverage(session, issue)
    report = deliveries.status(session, issue)
    return here.pages.answer(
        "staff/issue.html",
        visitor.language,
        visitor=visitor,
        issue=issue,
        sign=outline.sign(session, issue),
        headline=outline.headline(issue, report, coverage.gaps(), visitor.language),
        coverage=coverage,
        cells=outline.CELLS,
        kinds=outline.KINDS,
        pane=pane,
    )
