"""More of the report of an issue: by mail provider, and its figures as a file."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from newsletter import bounces, deliveries, i18n, relays
from newsletter.i18n import N_
from newsletter.models import DeliveryState, Issue
from newsletter.web import numbered, sessions, tables
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import SignedIn

router = APIRouter(dependencies=[Depends(sessions.same_site)])

_SHOWN = 12  # providers; the others are counted together
_NOT_TAKEN = (DeliveryState.REJECTED, DeliveryState.DEFERRED)


@dataclass(frozen=True)
class Provider:
    """How one mail provider took an issue; without a name: all others."""

    name: str
    total: int
    accepted: int
    refused: int


@router.get("/issues/{issue_id}/providers")
def providers(
    issue_id: int, request: Request, visitor: SignedIn, here: Here, session: Reading
) -> HTMLResponse:
    """Count an issue by provider; a script that asks gets the table alone."""
    issue = numbered.issue(session, issue_id)

    def make() -> list[Provider]:
        return _providers(session, issue)

    rows = here.audience.look(("providers", issue_id), make)
    alone = request.headers.get("hx-request")
    template = "staff/_providers.html" if alone else "staff/providers.html"
    return here.pages.answer(
        template, visitor.language, visitor=visitor, issue=issue, providers=rows
    )


@router.get("/issues/{issue_id}/results.csv")
def figures(issue_id: int, visitor: SignedIn, session: Reading) -> Response:
    """Return the figures of an issue by language, for a spreadsheet."""
    issue = numbered.issue(session, issue_id)
    file = tables.written(_rows(session, issue, visitor.language), visitor.language)
    name = f"{issue.slug}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file, media_type="text/csv; charset=utf-8", headers=headers)


def _providers(session: Session, issue: Issue) -> list[Provider]:
    groups: dict[str, dict[DeliveryState, int]] = {}
    for domain, states in deliveries.by_domain(session, issue).items():
        counts = groups.setdefault(relays.group_of(f"@{domain}") if domain else "", {})
        for state, many in states.items():
            counts[state] = counts.get(state, 0) + many
    known = sorted(
        (_provider(name, counts) for name, counts in groups.items() if name),
        key=lambda each: (-each.total, each.name),
    )
    shown, rest = known[:_SHOWN], known[_SHOWN:]
    if "" in groups:
        rest.append(_provider("", groups[""]))
    if not rest:
        return shown
    together = Provider(
        "",
        sum(each.total for each in rest),
        sum(each.accepted for each in rest),
        sum(each.refused for each in rest),
    )
    return [*shown, together]


def _provider(name: str, counts: dict[DeliveryState, int]) -> Provider:
    return Provider(
        name,
        sum(counts.values()),
        counts.get(DeliveryState.ACCEPTED, 0),
        sum(counts.get(state, 0) for state in _NOT_TAKEN),
    )


_COLUMNS = {
    DeliveryState.ACCEPTED: N_("Accepted"),
    DeliveryState.REJECTED: N_("Refused for good"),
    DeliveryState.DEFERRED: N_("Will be tried again"),
    DeliveryState.UNKNOWN: N_("Outcome unknown"),
    DeliveryState.SKIPPED: N_("Left before it reached them"),
    DeliveryState.CANCELLED: N_("Not sent, the issue was stopped"),
}


def _rows(
    session: Session, issue: Issue, language: str
) -> Iterator[tuple[str | int, ...]]:
    """Yield a heading, a row per language, and all of them together."""
    say = i18n.translator(language)
    report, back = deliveries.status(session, issue), bounces.of_issue(session, issue)
    yield (
        say(N_("Issue")),
        say(N_("Language")),
        say(N_("Readers")),
        *(say(words) for words in _COLUMNS.values()),
        say(N_("Came back or called spam")),
    )
    for tag, counts in report.languages.items():
        yield (
            issue.title,
            i18n.language_name(tag, language),
            counts["total"],
            *(counts[state] for state in _COLUMNS),
            sum(back.languages.get(tag, {}).values()),
        )
    yield (
        issue.title,
        say(N_("Together")),
        report.total,
        *(report.states[state] for state in _COLUMNS),
        sum(sum(each.values()) for each in back.languages.values()),
    )
