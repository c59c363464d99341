"""What comes back after sending: bounces, complaints, and all that is neither."""

from newsletter.bounces.reading import read
from newsletter.bounces.report import Candidate, Kind, Place, Report
from newsletter.smtp import Failure

__all__ = ["Candidate", "Failure", "Kind", "Place", "Report", "read"]
