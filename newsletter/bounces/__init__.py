"""What comes back of letters: what it means, and what it changes."""

from newsletter.bounces.acting import Effect, Event, take
from newsletter.bounces.counting import Gauge, Light, Returns, gauges, of_issue
from newsletter.bounces.keeping import forget, of_subscriber, purge
from newsletter.bounces.lifting import address_of, lift, lift_for
from newsletter.bounces.reading import read
from newsletter.bounces.refusals import Group
from newsletter.bounces.report import Candidate, Kind, Place, Report
from newsletter.smtp import Failure

__all__ = [
    "Candidate",
    "Effect",
    "Event",
    "Failure",
    "Gauge",
    "Group",
    "Kind",
    "Light",
    "Place",
    "Report",
    "Returns",
    "address_of",
    "forget",
    "gauges",
    "lift",
    "lift_for",
    "of_issue",
    "of_subscriber",
    "purge",
    "read",
    "take",
]
