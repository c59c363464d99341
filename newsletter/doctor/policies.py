"""Find and read the DMARC policy of a domain, RFC 9989: the tree walk (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from newsletter.doctor.inquiry import Inquiry
from newsletter.domains import Answer, Found

# RFC 9989 §4.10: a walk asks eight times at most, however long the name is.
LABELS = 8
_IS_DMARC = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
_NAME = re.compile(r"[a-z]{1,10}")
_MAILTO = re.compile(r"mailto:[^@\s,!]+@([a-z0-9.-]+)(?:![0-9]+[kmgt]?)?", re.I)

POLICIES = ("none", "quarantine", "reject")
REMOVED = ("pct", "rf", "ri")
_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "t": ("y", "n"),
    "psd": ("y", "n", "u"),
}


@dataclass(frozen=True)
class Policy:
    """A DMARC record as it stands at `_dmarc.domain`."""

    domain: str
    text: str
    tags: Mapping[str, str]
    unreadable: tuple[str, ...] = ()  # pieces that are no tags, or say it twice
    invalid: tuple[str, ...] = ()  # tags with a value that they cannot have

    def tag(self, name: str, default: str = "") -> str:
        """Return a tag's value as it counts: an invalid one is as if absent."""
        if name in self.invalid:
            return default
        value = self.tags.get(name, default)
        return value.lower() if name in _ALLOWED else value

    @property
    def reports(self) -> tuple[str, ...]:
        """Where daily reports shall go, as written."""
        parts = self.tags.get("rua", "").split(",")
        return tuple(part.strip() for part in parts if part.strip())

    @property
    def report_domains(self) -> tuple[str, ...]:
        """The domains of the mailboxes that get reports."""
        found = map(_MAILTO.fullmatch, self.reports)
        return tuple(dict.fromkeys(each[1].lower() for each in found if each))

    @property
    def boundary(self) -> Literal["y", "n", "u"]:
        """What psd= says: y for a registry, n for an organisation that ends here."""
        value = self.tag("psd", "u")
        return "y" if value == "y" else "n" if value == "n" else "u"


@dataclass(frozen=True)
class Walk:
    """What a tree walk found from one domain upwards."""

    domain: str
    organisation: str
    policy: Policy | None = None  # the one that counts for the domain
    several_at: str = ""  # a name with more than one record, all of them void
    unanswered: Answer | None = None

    @property
    def is_inherited(self) -> bool:
        """Whether the policy is that of a domain above."""
        return self.policy is not None and self.policy.domain != self.domain

    def requests(self, *, exists: bool = True) -> str:
        """Return what receivers are asked to do with mail that is not proven ours."""
        policy = self.policy
        if policy is None:
            return ""
        asked = policy.tag("p", "none")
        if not self.is_inherited:
            return asked
        sub = policy.tag("sp", asked)
        return sub if exists else policy.tag("np", sub)


def walk(domain: str, inquiry: Inquiry) -> Walk:
    """Return the policy and the organisational domain of a domain."""
    policies: list[Policy] = []
    several_at, unanswered = "", None
    for name in names(domain):
        answer = inquiry.ask(f"_dmarc.{name}", "TXT")
        if not answer.is_known:
            unanswered = unanswered or answer
            continue
        found = [text for text in answer.values if is_policy(text)]
        if len(found) > 1:
            several_at = several_at or name
        elif found:
            policies.append(read(name, found[0]))
            if policies[-1].boundary != "u":
                break
    organisation = _organisation(domain, policies)
    own = {each.domain: each for each in policies}
    policy = own.get(domain) or own.get(organisation)
    if policy is None and policies:
        policy = policies[-1]  # a registry that speaks for all below it
    if unanswered and not inquiry.ask(f"_dmarc.{domain}", "TXT").is_known:
        policy = None  # one of its own may stand there, and would come first
    return Walk(domain, organisation, policy, several_at, unanswered)


def names(domain: str) -> list[str]:
    """Return the names that a walk asks, from the domain itself upwards."""
    labels = domain.split(".")
    shorter = labels[1:] if len(labels) < LABELS else labels[-(LABELS - 1) :]
    return [domain] + [".".join(shorter[at:]) for at in range(len(shorter))]


def is_policy(text: str) -> bool:
    """Whether a TXT value is a DMARC record at all: its first tag says so."""
    return _IS_DMARC.match(text) is not None


def read(domain: str, text: str) -> Policy:
    """Return a record, with what is wrong in it."""
    tags: dict[str, str] = {}
    unreadable = []
    for piece in text.split(";"):
        # No pattern for all of it: many spaces would keep one busy for minutes.
        name, equals, value = piece.partition("=")
        key = name.strip().lower()
        if equals and _NAME.fullmatch(key) and key not in tags:
            tags[key] = value.strip()
        elif piece.strip():
            unreadable.append(piece.strip())
    invalid = tuple(
        name
        for name, allowed in _ALLOWED.items()
        if name in tags and tags[name].lower() not in allowed
    )
    return Policy(domain, text, tags, tuple(unreadable), invalid)


def near_misses(name: str, inquiry: Inquiry) -> tuple[str, ...]:
    """Return what stands at a name and was meant as a policy, but is none."""
    values = inquiry.ask(f"_dmarc.{name}", "TXT").values
    return tuple(
        text for text in values if "dmarc1" in text.lower() and not is_policy(text)
    )


def asks_elsewhere(policy: Policy, walked: Walk) -> list[str]:
    """Return the report domains that must agree to get our reports, RFC 9990."""
    own = {walked.organisation, policy.domain}
    return [
        each
        for each in policy.report_domains
        if not any(each == at or each.endswith(f".{at}") for at in own)
    ]


def is_aligned(one: Walk, other: Walk, *, strict: bool) -> bool:
    """Whether two domains belong together: the same, or of one organisation."""
    if strict:
        return one.domain == other.domain
    return one.organisation == other.organisation


def agreement(policy: Policy, elsewhere: str) -> str:
    """Return the name of the record by which a domain takes another's reports."""
    return f"{policy.domain}._report._dmarc.{elsewhere}"


def agrees(answer: Answer) -> bool:
    """Whether a domain takes another's reports."""
    return answer.found is Found.RECORDS and any(map(is_policy, answer.values))


def _organisation(domain: str, policies: list[Policy]) -> str:
    """Return the organisational domain that a walk found, RFC 9989 §4.10.2."""
    for each in policies:
        if each.boundary == "n":
            return each.domain
        if each.boundary == "y" and each.domain != domain:
            below = domain.removesuffix(f".{each.domain}")
            return f"{below.rpartition('.')[2]}.{each.domain}"
    return policies[-1].domain if policies else domain
