"""What staff ask for that takes longer than a page may: done beside the pages."""

from newsletter.errands.bringing import order_of
from newsletter.errands.purging import FILES_FOR, purge, purge_changes
from newsletter.errands.queueing import ask, ask_again, find, is_undoable
from newsletter.errands.running import run, run_due
from newsletter.errands.uploading import LONGEST_UPLOAD, path_of, staged

__all__ = [
    "FILES_FOR",
    "LONGEST_UPLOAD",
    "ask",
    "ask_again",
    "find",
    "is_undoable",
    "order_of",
    "path_of",
    "purge",
    "purge_changes",
    "run",
    "run_due",
    "staged",
]
