"""Ask the DNS: the only door to the resolver."""

from newsletter.domains.answers import CONTROL, Answer, Found, Resolver
from newsletter.domains.asking import Lookup
from newsletter.domains.taking import Domains

__all__ = ["CONTROL", "Answer", "Domains", "Found", "Lookup", "Resolver"]
