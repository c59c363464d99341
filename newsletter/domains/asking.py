"""Ask the DNS for records; what goes wrong is an answer like any other."""

import dns.exception
import dns.flags
import dns.name
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from newsletter.domains.answers import Answer, Found

# Seconds after which a question is put again: datagrams get lost.
_AGAIN = 1.0
# After its last try dnspython rests for so long before it sees that time is up.
_REST = 0.2
# Room for long TXT records; beyond it the server is asked once more over TCP.
_PAYLOAD = 1232


class Lookup:
    """The DNS as this machine knows it, or as a resolver that is passed in does."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        """Return the records of a kind, within so many seconds."""
        if seconds <= 0:
            return Answer(Found.TIMEOUT)
        try:
            return self._ask(name, kind, seconds)
        except dns.resolver.NXDOMAIN as error:
            return Answer(Found.NO_NAME, alias=_alias_of(error, name))
        except dns.exception.Timeout:
            return Answer(Found.TIMEOUT)
        # No servers are known, they all failed, or they answered nonsense.
        except (dns.exception.DNSException, OSError):
            return Answer(Found.FAILED)

    def _ask(self, name: str, kind: str, seconds: float) -> Answer:
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return Answer(Found.NO_NAME)  # what no name can be is nobody's name
        answer = self._ready().resolve(
            asked,
            kind,
            raise_on_no_answer=False,
            lifetime=max(seconds - _REST, seconds / 2),
            search=False,
        )
        final = _plain(answer.canonical_name)
        return Answer(
            Found.NO_DATA if answer.rrset is None else Found.RECORDS,
            tuple(map(_text, answer.rrset or ())),
            alias=final if final != _plain(asked) else "",
            authentic=bool(answer.response.flags & dns.flags.AD),
        )

    def _ready(self) -> dns.resolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.resolver.Resolver()
            self._resolver.timeout = _AGAIN
            self._resolver.use_edns(0, 0, _PAYLOAD)
            # Ask for the word of a resolver that checks signatures, RFC 6840 §5.7.
            self._resolver.flags = dns.flags.RD | dns.flags.AD
        return self._resolver


def _alias_of(error: dns.resolver.NXDOMAIN, name: str) -> str:
    """Return where an alias led before nothing was found."""
    try:
        final = _plain(error.canonical_name)
    except (TypeError, dns.exception.DNSException):
        return ""
    return final if final != name.lower().rstrip(".") else ""


def _text(record: dns.rdata.Rdata) -> str:
    if isinstance(record, TXT):
        return b"".join(record.strings).decode("utf-8", "backslashreplace")
    text = record.to_text()
    if record.rdtype in {
        dns.rdatatype.MX,
        dns.rdatatype.NS,
        dns.rdatatype.PTR,
        dns.rdatatype.CNAME,
    }:
        return text.lower().removesuffix(".") if text != "0 ." else text
    return text


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
