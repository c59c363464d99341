"""Bring people in from a file: a verdict per row, and nobody comes back who left."""

from subscribers.importing.changing import EVERYTHING, Field
from subscribers.importing.entries import Entry, listing
from subscribers.importing.headings import Role
from subscribers.importing.previewing import Column, Preview, Spoken, preview
from subscribers.importing.rows import Choices, Remark
from subscribers.importing.running import Order, Progress, Report, import_people
from subscribers.importing.undoing import UNDO_WITHIN, Undone, undo

__all__ = [
    "EVERYTHING",
    "UNDO_WITHIN",
    "Choices",
    "Column",
    "Entry",
    "Field",
    "Order",
    "Preview",
    "Progress",
    "Remark",
    "Report",
    "Role",
    "Spoken",
    "Undone",
    "import_people",
    "listing",
    "preview",
    "undo",
]
