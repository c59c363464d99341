"""A sample organisation with news, readers and one issue, to try everything out."""

from newsletter.demo.preparing import Login, NotForDemo, prepare

__all__ = ["Login", "NotForDemo", "prepare"]
