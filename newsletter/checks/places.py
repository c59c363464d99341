"""Where something is mended: enough to open the very field."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.i18n import N_


class Kind(StrEnum):
    """What a place belongs to."""

    ITEM = "item"
    EDITION = "edition"
    ISSUE = "issue"
    LIST = "list"


@dataclass(frozen=True)
class Place:
    """A field of an item, an edition, the issue or its list."""

    kind: Kind
    id: int
    field: str
    title: str = ""  # of the item

    @property
    def key(self) -> str:
        """The place as an override names it."""
        return f"{self.kind}/{self.id}/{self.field}"

    @property
    def sort_key(self) -> tuple[int, int, str]:
        """The issue first, then its editions, then item by item."""
        order = (Kind.ISSUE, Kind.LIST, Kind.EDITION, Kind.ITEM)
        return order.index(self.kind), self.id, self.field

    @property
    def name(self) -> str:
        """What people call the field; a msgid."""
        return _FIELDS[self.field]


_FIELDS = {
    "subject": N_("Subject"),
    "preheader": N_("Preheader"),
    "intro": N_("Opening words"),
    "title": N_("Title"),
    "summary": N_("Summary"),
    "body": N_("Text"),
    "caption": N_("Caption"),
    "alt": N_("Description of the picture"),
    "picture": N_("Picture"),
    "link_text": N_("Words of the link"),
    "url": N_("Address of the page"),
    "video_url": N_("Address of the video"),
    "documents": N_("Documents"),
    "date": N_("Date"),
    "words": N_("Words in this language"),
    "mail": N_("The whole mail"),
    "items": N_("Items"),
    "languages": N_("Languages"),
    "readers": N_("Readers"),
    "relays": N_("Mail servers"),
    "sender": N_("Sender"),
    "legal": N_("Legal identity"),
    "links": N_("Links"),
}
