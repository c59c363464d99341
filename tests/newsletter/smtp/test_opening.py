"""How a session is opened: encrypted, to whom we know, and logged in."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from newsletter.config import Relay as RelayAddress
from newsletter.smtp import Connection, RelayUnavailable, Source, Verdict
from newsletter.smtp.connection import RelayConnection
from subscribers.clock import utcnow
from tests.newsletter.smtp.carrying import deliver, envelope
from tests.relay import Relay, serving


def to(relay: Relay, query: str, who: str = "") -> Callable[[Source], Connection]:
    address = RelayAddress(f"smtp://{who}127.0.0.1:{relay.port}?{query}")
    return lambda source: RelayConnection(address, source, ehlo_name="x.example.org")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utcnow() - timedelta(days=1))
        .not_valid_after(utcnow() + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "relay.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def speaking_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_message_leaves_over_tls(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    relay = Relay()
    relay.tls = speaking_tls(certificate)
    with serving(relay):
        people = [envelope(f"r{number}@example.org") for number in range(5)]

        outcomes = deliver(to(relay, "tls=tls"), *people)

    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED] * 5
    assert relay.connections == 1


def test_a_message_leaves_once_tls_has_started(
    relay: Relay, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    relay.offers.insert(0, "STARTTLS")
    relay.starttls = speaking_tls(certificate)

    outcomes = deliver(to(relay, "tls=starttls"), envelope())

    assert outcomes[0].verdict is Verdict.ACCEPTED
    assert relay.log[:2] == ["EHLO x.example.org", "STARTTLS"]


def test_nothing_leaves_to_somebody_whose_certificate_we_cannot_check(
    certificate: Path,
) -> None:
    relay = Relay()
    relay.tls = speaking_tls(certificate)
    with serving(relay), pytest.raises(RelayUnavailable, match="certificate"):
        deliver(to(relay, "tls=tls"), envelope())

    assert relay.log == []


def test_starttls_is_not_skipped_when_the_relay_lacks_it(relay: Relay) -> None:
    with pytest.raises(RelayUnavailable):
        deliver(to(relay, "tls=starttls"), envelope())

    assert relay.messages == []


@pytest.mark.parametrize(
    ("method", "heard"),
    [
        ("PLAIN", ["\0anne\0secret"]),
        ("LOGIN", ["anne", "secret"]),
        ("CRAM-MD5", ["anne 91cd9a7a6d9ad9cb5aff2e0ba3a0cbd5"]),
    ],
)
def test_it_logs_in_as_the_relay_offers(
    relay: Relay, method: str, heard: list[str]
) -> None:
    relay.offers.insert(0, f"AUTH {method}")

    outcomes = deliver(to(relay, "tls=none", "anne:secret@"), envelope())

    assert outcomes[0].verdict is Verdict.ACCEPTED
    assert [each.split()[0] for each in relay.heard] == [
        each.split()[0] for each in heard
    ]


def test_it_logs_in_with_a_token_that_is_read_anew(
    relay: Relay, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    relay.offers.insert(0, "AUTH XOAUTH2 PLAIN")
    connect = to(relay, f"tls=none&auth=xoauth2&token_file={token}", "anne@")
    for words in ("first", "second"):
        token.write_text(f"{words}\n")
        deliver(connect, envelope())

    assert relay.heard == [
        f"user=anne\x01auth=Bearer {words}\x01\x01" for words in ("first", "second")
    ]


def test_a_refused_log_in_holds_everything(relay: Relay) -> None:
    with pytest.raises(RelayUnavailable) as caught:
        deliver(to(relay, "tls=none&auth=xoauth2", "anne:token@"), envelope())

    assert "XOAUTH2" in str(caught.value)
