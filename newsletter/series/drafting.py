"""Make the draft of a recurring issue, and the facts that editors are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter import editions, i18n, issues
from newsletter.editions import CellState
from newsletter.issues.composing import Plan
from newsletter.models import Issue, Item, Series
from newsletter.series import keeping, titles
from newsletter.series.collecting import Collection, collect, last_issue
from subscribers.models import MailingList

# Characters of a preheader that most inboxes show.
_PREHEADER = 110
_SHOWN = 3  # titles in it


@dataclass(frozen=True)
class Proposal:
    """An issue that could be made now."""

    mailing_list: MailingList
    collection: Collection
    last: Issue | None
    number: int
    moment: datetime
    zone: ZoneInfo
    at_least: int
    titles: Mapping[str, str]  # {language: words}, filled in

    @property
    def is_thin(self) -> bool:
        """Whether there is too little for an issue, in every language."""
        few = len(self.collection.items) < self.at_least
        return few or not self.collection.languages


def propose(
    session: Session, series: Series, *, moment: datetime, now: datetime
) -> Proposal:
    """Return what the issue of a moment would be made of, as the desk stands now."""
    mailing_list = session.get_one(MailingList, series.list_id)
    last = last_issue(session, mailing_list, series.id)
    zone = ZoneInfo(series.timezone)
    number = issues.next_number(session, series.list_id)
    collection = collect(
        session,
        mailing_list,
        last=last,
        since=last.created_at if last else _a_turn_before(series, now),
        moment=moment,
        at_least=series.at_least,
    )
    return Proposal(
        mailing_list=mailing_list,
        collection=collection,
        last=last,
        number=number,
        moment=moment,
        zone=zone,
        at_least=series.at_least,
        titles={
            language: titles.title_in(
                series.titles,
                language,
                number=number,
                on=moment.astimezone(zone).date(),
            )
            for language in (*mailing_list.languages, "en")
        },
    )


def draft(session: Session, series: Series, proposal: Proposal) -> Issue:
    """Make the issue of a proposal. Nothing in it leaves before it is approved."""
    mailing_list, collection = proposal.mailing_list, proposal.collection
    sections = dict(collection.sections)
    plan = Plan(
        title=proposal.titles[mailing_list.default_language],
        items=sections.pop("", []),
        languages=collection.languages,
        sections=sections,
    )
    issue = issues.create(session, mailing_list, plan)
    issue.series_id, issue.timezone = series.id, series.timezone
    issue.send_at = proposal.moment
    if proposal.last:
        issue.section_names = dict(proposal.last.section_names)
        issue.visibility = proposal.last.visibility
    for language in collection.languages:
        editions.write(
            session,
            issue,
            language=language,
            subject=proposal.titles[language],
            preheader=_preheader(session, issue, language, collection),
        )
    return issue


def facts(
    session: Session, proposal: Proposal, issue: Issue | None, language: str
) -> dict[str, Any]:
    """Return what an editor who speaks `language` is told of a proposal."""
    collection = proposal.collection
    return {
        "title": proposal.titles.get(language, proposal.titles["en"]),
        "number": issue.number if issue else proposal.number,
        "when": proposal.moment.isoformat(),
        "zone": proposal.zone.key,
        "items": [collection.title_of(item, language) for item in _order(proposal)],
        "more": collection.more,
        "missing": _missing(session, issue) if issue else {},
        "left_out": dict(collection.left_out),
        "instead": next(iter(collection.languages), ""),
        "found": len(collection.items),
        "at_least": proposal.at_least,
    }


def _order(proposal: Proposal) -> list[Item]:
    by_id = {item.id: item for item in proposal.collection.items}
    ids = [each for named in proposal.collection.sections.values() for each in named]
    return [by_id[each] for each in ids]


def _missing(session: Session, issue: Issue) -> dict[str, int]:
    """Count, per language, the items that have no words of their own in it."""
    coverage = editions.coverage(session, issue)
    counts = {
        language: sum(
            row.cell(language).state is CellState.MISSING for row in coverage.rows
        )
        for language in coverage.languages
    }
    return {language: count for language, count in counts.items() if count}


def _preheader(
    session: Session, issue: Issue, language: str, collection: Collection
) -> str:
    """Return the first titles that readers of a language see in their own words."""
    rows = editions.coverage(session, issue).rows
    own = [
        collection.title_of(row.item, language)
        for row in rows
        if (shown := row.cell(language).shows)
        and i18n.is_same_language(shown, language)
    ]
    words = ""
    for title in own[:_SHOWN]:
        longer = f"{words} · {title}" if words else title
        if len(longer) > _PREHEADER and words:
            break
        words = longer
    return words[:300]


def _a_turn_before(series: Series, now: datetime) -> datetime:
    """Return since when the first issue of a list takes news: one turn of the rule."""
    following = keeping.moment_after(series, now).at
    return now - (keeping.moment_after(series, following).at - following)
