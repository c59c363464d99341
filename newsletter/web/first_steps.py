"""From nothing to a test in five minutes: five steps that tick themselves off."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from newsletter.i18n import N_
from newsletter.migrations import ready
from newsletter.models import Issue, Item, Notice, NoticeKind
from subscribers import lists
from subscribers.errors import ListNotFound
from subscribers.models import MailingList


@dataclass(frozen=True)
class Step:
    """One thing to do, where, and whether it is done."""

    words: str
    hint: str
    address: str
    is_done: bool


@dataclass(frozen=True)
class Steps:
    """All of them, in their order."""

    every: tuple[Step, ...]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.is_done for step in self.every)

    @property
    def next(self) -> Step | None:
        """The first that is not done."""
        return next((step for step in self.every if not step.is_done), None)


def of(session: Session) -> Steps | None:
    """Return how far a new installation has come, None once a letter has left."""
    left = select(Issue.id).where(col(Issue.started_at).is_not(None)).limit(1)
    if session.exec(left).first() is not None:
        return None
    latest = select(Issue.id).order_by(col(Issue.id).desc()).limit(1)
    issue = session.exec(latest).first()
    page = f"/issues/{issue}" if issue else "/issues"
    named, sends = _letter(session)
    done = (named, sends, _has_news(session), issue is not None, _is_tested(session))
    where = (*_FIXED, page, f"{page}/check#test" if issue else page)
    return Steps(
        tuple(
            Step(words, hint, address, is_done)
            for (words, hint), address, is_done in zip(_WORDS, where, done, strict=True)
        )
    )


_FIXED = ("/settings/letter", "/settings/sender", "/desk")
_WORDS = (
    (
        N_("Name your letter"),
        N_("Its name in each language, and who you are."),
    ),
    (
        N_("Say who sends it"),
        N_("An address of your own domain, and the server it leaves through."),
    ),
    (
        N_("Bring in some news"),
        N_("Paste a link, add the feed of your website, or write."),
    ),
    (
        N_("Make the first issue"),
        N_("Take items from the desk, and give it a subject."),
    ),
    (
        N_("Send yourself a test"),
        N_("One mail per language, to you alone. Nobody is counted."),
    ),
)


def _letter(session: Session) -> tuple[bool, bool]:
    """Whether the letter has a name of its own, and a sender."""
    try:
        own = lists.get(session)
    except ListNotFound:
        return False, False
    named = any(name != ready.first_name(tag) for tag, name in own.names.items())
    return named, _has_sender(own)


def _has_sender(own: MailingList) -> bool:
    made_up = own.sender_address == f"newsletter@{own.list_id.partition('.')[2]}"
    return bool(own.sender_name) or not made_up


def _has_news(session: Session) -> bool:
    return session.exec(select(Item.id).limit(1)).first() is not None


def _is_tested(session: Session) -> bool:
    tests = select(Notice.id).where(Notice.kind == NoticeKind.TEST).limit(1)
    return session.exec(tests).first() is not None
