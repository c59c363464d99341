"""What comes back of letters: what it means, and what it changes."""

from newsletter.bounces.acting import Effect, Event, take
from newsletter.bounces.counting import Gauge, Light, Returns, gauges, of_issue
from newsletter.bounces.reading import read
from newsletter.bounces.replies import heed
from newsletter.bounces.report import Candidate, Kind, Place, Report
from newsletter.smtp import Failure

__all__ = [
    "Candidate",
    "Effect",
    "Event",
    "Failure",
    "Gauge",
    "Kind",
    "Light",
    "Place",
    "Report",
    "Returns",
    "gauges",
    "heed",
    "of_issue",
    "read",
    "take",
]
