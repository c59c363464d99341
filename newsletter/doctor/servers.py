"""Where our mail comes from, and check 7: whether those addresses have a name."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from newsletter.doctor.diagnosis import (
    Check,
    Colour,
    Diagnosis,
    Record,
    found,
    phrase,
)
from newsletter.doctor.inquiry import Inquiry
from newsletter.doctor.patient import Kind, Patient, Way
from newsletter.doctor.unanswered import grey
from newsletter.domains import Answer, Found
from newsletter.i18n import N_

_MOST = 4  # addresses of one server that are looked at
# What providers call addresses that they hand out to everybody.
_GENERIC = re.compile(
    r"dynamic|dyn(?=[.-])|dsl|pool|dhcp|cable|dial|broadband|\bcustomer|\bclient"
    r"|\bip-?\d|\bvps[-\d]|\bhost-?\d|unassigned|in-addr|ip6?\.arpa",
    re.IGNORECASE,
)


def addresses_of(way: Way, patient: Patient, inquiry: Inquiry) -> list[str]:
    """Return the public addresses that a relay of ours, or a stranger's, sends from.

    Those that were stated; else those of its name; for a server on this machine those
    of the public pages, which is a guess. Of a provider nothing is known.
    """
    if way.kind is Kind.OURS and patient.addresses:
        return [*patient.addresses]
    if way.kind in {Kind.PROVIDER, Kind.MAILBOX}:
        return []
    host = patient.host if way.is_local else way.host
    if _is_address(host):
        candidates = [host]
    else:
        answers = [inquiry.ask(host, kind) for kind in ("A", "AAAA")]
        candidates = [value for answer in answers for value in answer.values]
    return [each for each in candidates[:_MOST] if _is_public(each)]


def check_reverse(patient: Patient, inquiry: Inquiry) -> list[Diagnosis]:
    """Look whether each address of our own servers has a name that leads back to it."""
    ours = [way for way in patient.ways if way.kind is Kind.OURS]
    if not ours:
        return [
            Diagnosis(
                Check.REVERSE,
                Colour.INFO,
                phrase(
                    N_(
                        "Mail leaves through somebody else’s servers: their names are "
                        "their business."
                    )
                ),
            )
        ]
    addresses = list(
        dict.fromkeys(
            each for way in ours for each in addresses_of(way, patient, inquiry)
        )
    )
    if not addresses:
        return [
            Diagnosis(
                Check.REVERSE,
                Colour.GREY,
                phrase(
                    N_("It is not known from which address your mail server sends.")
                ),
                ours[0].name,
                (phrase(N_("State it with --ip.")),),
            )
        ]
    return [_named(each, patient, inquiry) for each in addresses]


def reversed_name(address: str, suffix: str = "") -> str:
    """Return an address as the DNS turns it round; under a block list's `suffix`."""
    pointer = ip_address(address).reverse_pointer
    if not suffix:
        return pointer
    return f"{pointer.removesuffix('.in-addr.arpa').removesuffix('.ip6.arpa')}.{suffix}"


def _named(address: str, patient: Patient, inquiry: Inquiry) -> Diagnosis:
    name = reversed_name(address)
    answer = inquiry.ask(name, "PTR")
    records = tuple(_records(name, address, patient))
    if not answer.is_known:
        return grey(Check.REVERSE, address, answer, records=records)
    back = [(each, _leads_back(each, address, inquiry)) for each in answer.values[:3]]
    good = [each for each, is_back in back if is_back is True]
    if not good and any(is_back is None for _, is_back in back):
        return grey(Check.REVERSE, address, Answer(Found.TIMEOUT), records=records)
    if not good:
        return _nameless(address, answer, records)
    if _is_generic(good[0], address):
        return Diagnosis(
            Check.REVERSE,
            Colour.YELLOW,
            phrase(
                N_(
                    "{address} is called {name}, which looks like a connection at "
                    "somebody’s home. Some receivers refuse mail from such names."
                ),
                address=address,
                name=good[0],
            ),
            address,
            (_ASK,),
            records,
            found(*answer.values),
        )
    return Diagnosis(
        Check.REVERSE,
        Colour.GREEN,
        phrase(
            N_("{address} is called {name}, and the name leads back to it."),
            address=address,
            name=good[0],
        ),
        address,
        found=found(*answer.values),
    )


_ASK = phrase(
    N_(
        "Whoever gave you the server sets this name (PTR, “reverse DNS”), mostly in "
        "its control panel. The mail server should greet others by it."
    )
)


def _nameless(address: str, answer: Answer, records: tuple[Record, ...]) -> Diagnosis:
    sentence = N_("{address} has no name (PTR). Gmail and others refuse its mail.")
    if answer.values:
        sentence = N_(
            "{address} is called {name}, but that name does not lead back to it. "
            "Gmail and others refuse its mail."
        )
    return Diagnosis(
        Check.REVERSE,
        Colour.RED,
        phrase(sentence, address=address, name=", ".join(answer.values[:3])),
        address,
        (_ASK,),
        records,
        found(*answer.values),
    )


def _leads_back(name: str, address: str, inquiry: Inquiry) -> bool | None:
    """Whether a name has the address; None if that could not be found out."""
    kind = "AAAA" if ":" in address else "A"
    answer = inquiry.ask(name, kind)
    if not answer.is_known:
        return None
    wanted = ip_address(address)
    return any(ip_address(each) == wanted for each in answer.values)


def _is_generic(name: str, address: str) -> bool:
    parts = re.split(r"[.:]", address)
    dashed = ("-".join(parts), "-".join(parts[::-1]), ".".join(parts[::-1]), address)
    return bool(_GENERIC.search(name)) or any(each in name for each in dashed)


def _records(name: str, address: str, patient: Patient) -> Iterator[Record]:
    hosts = [
        way.host
        for way in patient.ways
        if way.kind is Kind.OURS and "." in way.host and not _is_address(way.host)
    ]
    host = hosts[0] if hosts else f"mail.{patient.sender}"
    yield Record(name, "PTR", f"{host}.")
    yield Record(host, "AAAA" if ":" in address else "A", address)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_public(text: str) -> bool:
    return _is_address(text) and ip_address(text).is_global
