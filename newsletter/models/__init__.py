"""The tables about news, issues and their way to the readers."""

from newsletter.models.composing import (
    Decision,
    Edition,
    Issue,
    IssueItem,
    IssueState,
    Look,
    Series,
    Turn,
    Visibility,
)
from newsletter.models.desk import (
    Asset,
    AssetSize,
    DocumentFile,
    Item,
    ItemState,
    ItemText,
    ItemType,
    LinkCheck,
    LinkState,
    Source,
)
from newsletter.models.returning import Bounce
from newsletter.models.sending import (
    Delivery,
    DeliveryState,
    Epoch,
    Instance,
    Notice,
    NoticeKind,
    Sender,
)
from newsletter.models.staff import (
    Role,
    Staff,
    StaffSession,
)
from subscribers import models as people  # noqa: F401  # foreign keys point there

__all__ = [
    "Asset",
    "AssetSize",
    "Bounce",
    "Decision",
    "Delivery",
    "DeliveryState",
    "DocumentFile",
    "Edition",
    "Epoch",
    "Instance",
    "Issue",
    "IssueItem",
    "IssueState",
    "Item",
    "ItemState",
    "ItemText",
    "ItemType",
    "LinkCheck",
    "LinkState",
    "Look",
    "Notice",
    "NoticeKind",
    "Role",
    "Sender",
    "Series",
    "Source",
    "Staff",
    "StaffSession",
    "Turn",
    "Visibility",
]
