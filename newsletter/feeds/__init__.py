"""News from feeds: RSS, Atom and JSON Feed become items."""

from newsletter.feeds.importing import import_feed
from newsletter.feeds.report import Imported, Outcome, Refused, Report

__all__ = ["Imported", "Outcome", "Refused", "Report", "import_feed"]
