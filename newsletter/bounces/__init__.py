"""What comes back of letters: what it means, and what it changes."""

from newsletter.bounces.acting import Effect, Event, take
from newsletter.bounces.replies import heed

__all__ = ["Effect", "Event", "heed", "take"]
