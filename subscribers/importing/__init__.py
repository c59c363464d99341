"""Bring people in from a file: a verdict per row, and nobody comes back who left."""

from subscribers.importing.rows import Remark
from subscribers.importing.running import Order, Progress, Report, import_people

__all__ = ["Order", "Progress", "Remark", "Report", "import_people"]
