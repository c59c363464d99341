"""How the gentle start of an issue stands, as a sentence for staff."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.ledger import DELIVERY
from newsletter.models import DeliveryState, Edition, Issue, IssueState


@dataclass(frozen=True)
class Gentle:
    """The first readers of each language, and whether the others may follow."""

    look: str
    glyph: str
    title: str
    sentence: str


def of(
    session: Session, issue: Issue, *, size: int, waiting: int, language: str
) -> Gentle | None:
    """Return how it stands; None where there is none, or nothing to tell of it."""
    if not size or issue.total is None:
        return None
    rows = session.exec(
        select(Edition.trial, Edition.opened_at).where(Edition.issue_id == issue.id)
    ).all()
    tried = [ids for ids, _ in rows if ids]
    if not tried:
        return None
    first = [one for ids in tried for one in ids]
    refused = _refused(session, first)
    say, many = i18n.translator(language), i18n.number(size, language)
    opened = all(at is not None for ids, at in rows if ids)
    if opened or not waiting:
        return _passed(refused, len(first), many, language) if opened else None
    if issue.state is not IssueState.SENDING:
        return None  # why it stands still is said elsewhere
    return Gentle(
        "",
        "…",
        say(N_("Gentle start.")),
        say(
            N_(
                "The first {n} of each language go first; the others follow as soon "
                "as the mail servers have taken them."
            ),
            n=many,
        ),
    )


def _passed(refused: int, tried: int, many: str, language: str) -> Gentle:
    say = i18n.translator(language)
    title = say(N_("Gentle start passed."))
    if not refused:
        sentence = say(
            N_(
                "The first {n} of each language went out and no server refused them, "
                "so the rest followed."
            ),
            n=many,
        )
        return Gentle("ok", "✓", title, sentence)
    sentence = say(
        N_(
            "Of the first {tried} readers {refused} were refused: few enough for the "
            "rest to follow."
        ),
        tried=i18n.number(tried, language),
        refused=i18n.number(refused, language),
    )
    return Gentle("ok", "✓", title, sentence)


def _refused(session: Session, ids: list[int]) -> int:
    rows = session.execute(
        select(DELIVERY.state, DELIVERY.reply_code).where(col(DELIVERY.id).in_(ids))
    )
    return sum(
        state is DeliveryState.REJECTED and (code or 0) >= 500 for state, code in rows
    )
