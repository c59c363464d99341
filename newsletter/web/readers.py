"""Find the reader a link was made for, and the frame of their page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from newsletter.web.deps import Wishes
from newsletter.web.pages import Frame, frame
from subscribers import preferences
from subscribers.models import MailingList, SubscriptionState
from subscribers.preferences import Preferences


@dataclass(frozen=True)
class Reader:
    """Somebody who holds a link, and the language their page speaks."""

    preferences: Preferences
    mailing_list: MailingList
    language: str

    @property
    def has_left(self) -> bool:
        """Whether no letter goes to them any more."""
        return self.preferences.state is SubscriptionState.UNSUBSCRIBED

    @property
    def first_language(self) -> str:
        """The language their letters come in."""
        return self.preferences.language or self.mailing_list.default_language

    def local_day(self, moment: datetime) -> date:
        """Return the day that a moment falls on where the list is at home."""
        return moment.astimezone(ZoneInfo(self.mailing_list.timezone)).date()

    def frame(self, href: Callable[[str], str]) -> Frame:
        """Return the frame of their page; `href` gives its address in a language."""
        offered = self.preferences.languages
        return frame(self.mailing_list, self.language, offered=offered, href=href)


def find(session: Session, handle: str, wishes: Wishes) -> Reader | None:
    """Return the reader with this handle, None when the person or the list is gone."""
    found = preferences.find(session, handle)
    mailing_list = session.get(MailingList, found.list_id) if found else None
    if found is None or mailing_list is None:
        return None
    language = wishes.language(found.languages, known=found.language)
    return Reader(found, mailing_list, language)
