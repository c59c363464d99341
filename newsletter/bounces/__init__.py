"""What comes back after sending: bounces, complaints, and all that is neither."""

from newsletter.bounces.reading import read
from newsletter.bounces.report import Candidate, Kind, Place, Report

__all__ = ["Candidate", "Kind", "Place", "Report", "read"]
