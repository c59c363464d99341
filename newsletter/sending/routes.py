"""Which relay each issue goes through now: the first of its list in reach."""

from sqlmodel import Session, col, select

from newsletter import i18n, relays
from newsletter.config import Settings
from newsletter.errors import RelayNotFound
from newsletter.models import Issue
from newsletter.relays import Profile
from subscribers.models import MailingList


class Routes:
    """The relays of the lists, and which of them are out of reach.

    Shared by the senders of one process, one for each relay.
    """

    def __init__(self, settings: Settings) -> None:
        """Take every relay for reachable."""
        self._settings = settings
        self.down: set[str] = set()
        self.lost: dict[int, str] = {}  # issues whose list has no relay left, and why
        self._orders: dict[int, list[str]] = {}  # of an issue's relays

    def look(self, session: Session, issue_ids: list[int]) -> dict[str, Profile]:
        """Learn the relays of these issues; return all relays by name."""
        found = {each.name: each for each in relays.profiles(session, self._settings)}
        query = (
            select(Issue.id, MailingList)
            .join(MailingList, col(MailingList.id) == col(Issue.list_id))
            .where(col(Issue.id).in_(issue_ids))
        )
        orders, lost = {}, {}
        for issue_id, mailing_list in session.exec(query):
            try:
                ordered = relays.of_list(session, self._settings, mailing_list)
                orders[issue_id or 0] = [each.name for each in ordered]
            except RelayNotFound as error:
                lost[issue_id or 0] = i18n.kept(error)
        self._orders, self.lost = orders, lost
        return found

    def relay_of(self, issue_id: int) -> str:
        """Return the relay of an issue; the first of its list if none is in reach.

        That of an issue whose list has no relay left is no relay's name.
        """
        order = self._orders.get(issue_id, [])
        reached = [name for name in order if name not in self.down]
        return (reached or order or [""])[0]

    def stranded(self) -> set[int]:
        """Return the issues none of whose relays is in reach."""
        return {
            issue_id
            for issue_id, order in self._orders.items()
            if self.down.issuperset(order)
        }
