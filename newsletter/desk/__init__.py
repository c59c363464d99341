"""The news desk: what lies there, how it comes, where it goes."""

from newsletter.desk.moving import bring_back, purge, put, throw_away
from newsletter.desk.reading import read_pages
from newsletter.desk.shelf import Shelf, Sort, Wanted, counts, page
from newsletter.desk.similar import fill_in
from newsletter.desk.sources import fetch_due

__all__ = [
    "Shelf",
    "Sort",
    "Wanted",
    "bring_back",
    "counts",
    "fetch_due",
    "fill_in",
    "page",
    "purge",
    "put",
    "read_pages",
    "throw_away",
]
