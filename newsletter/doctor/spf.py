"""Read SPF as receivers do, RFC 7208, with its limits; macros are left alone (pure)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from newsletter.doctor.inquiry import Inquiry
from newsletter.domains import Answer, Found

LOOKUPS = 10  # RFC 7208 §4.6.4: terms that ask the DNS, over all includes
VOIDS = 2  # … of which so many may find nothing
_MAIL_SERVERS = 10  # of one mx term

_TERM = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::([^\s/]*(?:/(?![\d/])[^\s/]*)*))?((?:/\d{1,3})?(?://\d{1,3})?)",
    re.IGNORECASE,
)
_NETWORK = re.compile(r"([+?~-]?)(ip4|ip6):([0-9a-f:.]+(?:/\d{1,3})?)", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(\S*)", re.IGNORECASE)

Address = IPv4Address | IPv6Address


class Result(StrEnum):
    """What a receiver concludes for one sending address."""

    NONE = "none"
    PASS = "pass"  # noqa: S105  # a result of RFC 7208, no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    PERMERROR = "permerror"
    TEMPERROR = "temperror"


_QUALIFIERS = {
    "+": Result.PASS,
    "": Result.PASS,
    "-": Result.FAIL,
    "~": Result.SOFTFAIL,
    "?": Result.NEUTRAL,
}


class Trouble(StrEnum):
    """What makes receivers give up on a record: all of these are a permerror."""

    SEVERAL = "several records"
    SYNTAX = "syntax"
    LOOKUPS = "too many lookups"
    VOIDS = "too many lookups that find nothing"
    NOTHING_THERE = "an include without a record"


@dataclass
class Survey:
    """What was seen on the way through a record and all that it includes."""

    domain: str
    texts: list[str] = field(default_factory=list)  # at the domain itself
    includes: list[str] = field(default_factory=list)  # of every level
    troubles: dict[Trouble, list[str]] = field(default_factory=dict)
    lookups: int = 0
    voids: list[str] = field(default_factory=list)
    pointers: bool = False  # uses ptr, which RFC 7208 §5.5 asks not to
    macros: bool = False  # some of it depends on the message
    end: str | None = None  # the qualifier of the record's own all; None: no all
    unanswered: Answer | None = None

    def note(self, trouble: Trouble, what: str) -> None:
        """Add to what is wrong."""
        self.troubles.setdefault(trouble, []).append(what)


def survey(domain: str, inquiry: Inquiry) -> Survey:
    """Walk through all of a domain's record, whoever sends."""
    seen = Survey(domain)
    _Walk(inquiry, seen, None).visit(domain)
    return seen


def check_host(domain: str, address: str, inquiry: Inquiry) -> Result:
    """Return what a receiver concludes if mail comes from `address`."""
    return _Walk(inquiry, Survey(domain), ip_address(address)).visit(domain)


def is_spf(text: str) -> bool:
    """Whether a TXT value is an SPF record: RFC 7208 §4.5."""
    lowered = text.lower()
    return lowered == "v=spf1" or lowered.startswith("v=spf1 ")


@dataclass(frozen=True)
class _Term:
    """One mechanism of a record."""

    text: str
    qualifier: str
    name: str
    target: str = ""
    prefixes: str = ""


class _Walk:
    """One evaluation. Without an address nothing matches, so that all is seen."""

    def __init__(self, inquiry: Inquiry, seen: Survey, address: Address | None) -> None:
        self._inquiry, self._seen, self._address = inquiry, seen, address
        self._ends_at = seen.domain  # the record whose `all` counts; redirect moves it
        self._matchers: dict[str, Callable[[_Term, str], bool]] = {
            "all": self._all,
            "include": self._include,
            "a": self._host,
            "mx": self._mail_servers,
            "ptr": self._pointer,
            "ip4": self._network,
            "ip6": self._network,
            "exists": self._exists,
        }

    def visit(self, domain: str) -> Result:
        """Return the result of the record at a domain."""
        is_first = not self._seen.texts
        answer = self._inquiry.ask(domain, "TXT")
        if not answer.is_known:
            self._seen.unanswered = self._seen.unanswered or answer
            return Result.TEMPERROR
        texts = [text for text in answer.values if is_spf(text)]
        if is_first:
            self._seen.texts.extend(texts)
        if len(texts) > 1:
            self._seen.note(Trouble.SEVERAL, domain)
            return Result.PERMERROR
        return self._follow(domain, texts[0]) if texts else Result.NONE

    def _follow(self, domain: str, text: str) -> Result:
        terms, redirect = self._parsed(domain, text)
        result = self._first_match(domain, terms)
        ends = any(term.name == "all" for term in terms)
        if result is None and redirect and not ends and not self._is_over:
            result = self._redirected(domain, redirect)
        if self._seen.troubles:
            return Result.PERMERROR
        if self._seen.unanswered is not None and result is not Result.PASS:
            return Result.TEMPERROR
        return result or Result.NEUTRAL

    def _first_match(self, domain: str, terms: list[_Term]) -> Result | None:
        for term in terms:
            if self._matchers[term.name](term, domain):
                if term.name == "all":
                    return self._ending(domain, term)
                return _QUALIFIERS[term.qualifier]
            if self._is_over:
                break
        return None

    def _ending(self, domain: str, term: _Term) -> Result:
        if domain == self._ends_at:
            self._seen.end = term.qualifier or "+"
        return _QUALIFIERS[term.qualifier]

    def _parsed(self, domain: str, text: str) -> tuple[list[_Term], str]:
        terms, redirect = [], ""
        for word in text.split(" ")[1:]:
            term = _term(word)
            modifier = _MODIFIER.fullmatch(word)
            if term:
                terms.append(term)
            elif modifier and modifier[1].lower() == "redirect" and not redirect:
                redirect = modifier[2]
            elif word and (not modifier or modifier[1].lower() == "redirect"):
                self._seen.note(Trouble.SYNTAX, word)
        return terms, redirect

    def _redirected(self, domain: str, target: str) -> Result:
        if not self._counts(target):
            return Result.PERMERROR
        if self._is_macro(target):
            return Result.NEUTRAL
        if domain == self._ends_at:
            self._ends_at = target
        result = self.visit(target)
        if result is Result.NONE:
            self._seen.note(Trouble.NOTHING_THERE, target)
            return Result.PERMERROR
        return result

    # Mechanisms: whether they match the address.

    def _all(self, term: _Term, domain: str) -> bool:
        return True

    def _include(self, term: _Term, domain: str) -> bool:
        self._seen.includes.append(term.target.lower())
        if not self._counts(term.text) or self._is_macro(term.target):
            return False
        result = self.visit(term.target)
        if result is Result.NONE:
            self._seen.note(Trouble.NOTHING_THERE, term.target)
        return result is Result.PASS and self._address is not None

    def _host(self, term: _Term, domain: str) -> bool:
        name = term.target or domain
        if not self._counts(term.text) or self._is_macro(name):
            return False
        found = self._addresses(name)
        self._note_void(term.text, found)
        return self._is_among(found, term)

    def _mail_servers(self, term: _Term, domain: str) -> bool:
        name = term.target or domain
        if not self._counts(term.text) or self._is_macro(name):
            return False
        answer = self._asked(name, "MX")
        self._note_void(term.text, answer)
        servers = [value.split()[-1] for value in answer.values]
        if len(servers) > _MAIL_SERVERS:
            self._seen.note(Trouble.LOOKUPS, term.text)
            return False
        if self._address is None:
            return False
        return any(self._is_among(self._addresses(each), term) for each in servers)

    def _pointer(self, term: _Term, domain: str) -> bool:
        self._seen.pointers = True
        self._counts(term.text)
        return False  # many receivers do not look, so nobody should rely on it

    def _exists(self, term: _Term, domain: str) -> bool:
        if not self._counts(term.text) or self._is_macro(term.target):
            return False
        answer = self._asked(term.target, "A")
        self._note_void(term.text, answer)
        return answer.found is Found.RECORDS and self._address is not None

    def _network(self, term: _Term, domain: str) -> bool:
        try:
            network = ip_network(term.target, strict=False)
        except ValueError:
            self._seen.note(Trouble.SYNTAX, term.text)
            return False
        if network.version != int(term.name[2]):
            self._seen.note(Trouble.SYNTAX, term.text)
        return self._address is not None and self._address in network

    # What mechanisms share.

    @property
    def _is_over(self) -> bool:
        return Trouble.LOOKUPS in self._seen.troubles

    def _counts(self, what: str) -> bool:
        """Count a term that asks the DNS; False when it is one too many."""
        self._seen.lookups += 1
        if self._seen.lookups > LOOKUPS:
            self._seen.note(Trouble.LOOKUPS, what)
        return not self._is_over

    def _is_macro(self, target: str) -> bool:
        self._seen.macros = self._seen.macros or "%" in target
        return "%" in target

    def _asked(self, name: str, kind: str) -> Answer:
        answer = self._inquiry.ask(name, kind)
        if not answer.is_known:
            self._seen.unanswered = self._seen.unanswered or answer
        return answer

    def _addresses(self, name: str) -> Answer:
        if isinstance(self._address, IPv6Address):
            return self._asked(name, "AAAA")
        answer = self._asked(name, "A")
        if self._address is None and answer.found is Found.NO_DATA:
            return self._asked(name, "AAAA")
        return answer

    def _note_void(self, what: str, answer: Answer) -> None:
        if answer.found in {Found.NO_NAME, Found.NO_DATA}:
            self._seen.voids.append(what)
            if len(self._seen.voids) > VOIDS:
                self._seen.note(Trouble.VOIDS, what)

    def _is_among(self, answer: Answer, term: _Term) -> bool:
        address = self._address
        return address is not None and any(
            _is_within(value, term.prefixes, address) for value in answer.values
        )


def _term(word: str) -> _Term | None:
    network = _NETWORK.fullmatch(word)
    if network:
        return _Term(word, network[1], network[2].lower(), network[3])
    found = _TERM.fullmatch(word)
    if found is None or found[2].lower() in {"ip4", "ip6"}:
        return None
    term = _Term(word, found[1], found[2].lower(), found[3] or "", found[4])
    needs = {"include", "exists"}
    refused = (
        (term.name in needs and not term.target)
        or (term.name == "all" and (found[3] is not None or term.prefixes))
        or (term.name in needs and term.prefixes)
        or (found[3] is not None and not term.target)
    )
    return None if refused else term


def _is_within(value: str, prefixes: str, address: Address) -> bool:
    """Whether an address is within the network around another, as `/24//64` says."""
    short, _, long = prefixes.partition("//")
    prefix = long if address.version == 6 else short.lstrip("/")
    try:
        host = ip_address(value)
        network = ip_network(f"{host}/{prefix or host.max_prefixlen}", strict=False)
    except ValueError:
        return False
    return address in network
