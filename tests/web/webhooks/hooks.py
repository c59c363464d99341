"""Calls as providers make them, about a letter of ours."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from newsletter import db, names
from newsletter.bounces.providers import Certificates
from newsletter.config import Settings
from newsletter.models import Bounce, Delivery, Issue
from newsletter.web.deps import Partners
from subscribers import addresses, suppressions
from subscribers.clock import utcnow
from subscribers.models import SuppressionReason
from subscribers.tokens import derive
from tests import factories
from tests.newsletter.bounces.sent import sent_to
from tests.web.conftest import make_client

SECRET = "a-secret-of-twenty-letters"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:newsletter"
HOOKS = (
    f"ses={TOPIC} "
    + " ".join(f"{name}={SECRET}" for name in ("postmark", "mailgun", "brevo"))
    + f" scaleway={SECRET}"
)
CERTIFICATE = (
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c3d.pem"
)


@dataclass(frozen=True)
class Posted:
    """One call: where it goes and what it brings."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Letter:
    """What the provider knows of a letter."""

    address: str
    message_id: str  # in brackets


def letter_of(session: Session, delivery: Delivery) -> Letter:
    """Return what stood in the head of a delivery's message."""
    issue = session.get_one(Issue, delivery.issue_id)
    subject = names.subject(issue.handle, delivery.handle, delivery.id or 0)
    name = derive(factories.KEYS.newest, names.PURPOSE, subject)
    return Letter(delivery.address, f"<d.{name}@example.org>")


# What a provider says of a letter: a kind of "hard", "soft" or "spam", and a number.
Tell = Callable[[Letter, str, str], Posted]


def postmark(letter: Letter, kind: str, number: str) -> Posted:
    word = {"hard": "HardBounce", "soft": "SoftBounce", "spam": "SpamComplaint"}[kind]
    content = (
        "From: MAILER-DAEMON@example.net\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nFailed.\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"To: {letter.address}\r\nMessage-ID: {letter.message_id}\r\n\r\nHello\r\n--b--"
    )
    record = {
        "RecordType": "SpamComplaint" if kind == "spam" else "Bounce",
        "Type": word,
        "ID": int(number),
        "ServerID": 23,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Details": _reply(kind),
        "Email": letter.address,
        "Content": content,
    }
    login = base64.b64encode(f"postmark:{SECRET}".encode()).decode()
    return Posted("/hooks/postmark", _json(record), {"Authorization": f"Basic {login}"})


def mailgun(letter: Letter, kind: str, number: str, age: int = 0) -> Posted:
    data: dict[str, Any] = {
        "id": f"mailgun-{number}",
        "event": "complained" if kind == "spam" else "failed",
        "recipient": letter.address,
        "message": {"headers": {"message-id": letter.message_id.strip("<>")}},
    }
    if kind != "spam":
        data["severity"] = "permanent"
        data["reason"] = "bounce" if kind == "hard" else "old"
        data["delivery-status"] = {"message": _reply(kind), "code": 550}
    stamp, token = str(int(utcnow().timestamp()) - age), f"token-{number}" * 4
    made = hmac.new(SECRET.encode(), f"{stamp}{token}".encode(), "sha256")
    signature = {"timestamp": stamp, "token": token, "signature": made.hexdigest()}
    record = {"signature": signature, "event-data": data}
    return Posted("/hooks/mailgun", _json(record))


def brevo(letter: Letter, kind: str, number: str) -> Posted:
    word = {"hard": "hard_bounce", "soft": "soft_bounce", "spam": "spam"}[kind]
    record = {
        "event": word,
        "email": letter.address,
        "id": 7,
        "message-id": letter.message_id,
        "ts_epoch": 1_700_000_000_000 + int(number),
        "reason": _reply(kind),
    }
    return Posted("/hooks/brevo", _json(record), {"Authorization": f"Bearer {SECRET}"})


def scaleway(letter: Letter, kind: str, number: str) -> Posted:
    word = {"hard": "email_mailbox_not_found", "soft": "email_dropped"}[kind]
    record = {
        "id": f"scaleway-{number}",
        "type": word,
        "email_to": letter.address,
        "email_headers": {"Message-ID": letter.message_id},
        "email_response_code": 550 if kind == "hard" else 552,
        "email_response_message": _reply(kind),
    }
    envelope = {"Type": "Notification", "Message": json.dumps(record)}
    return Posted(f"/hooks/scaleway/{SECRET}", _json(envelope))


def ses(letter: Letter, kind: str, number: str, **changes: str) -> Posted:
    mail = {
        "source": "news@example.org",
        "messageId": "0100017",
        "headers": [{"name": "Message-ID", "value": letter.message_id}],
    }
    record: dict[str, Any] = {"mail": mail}
    if kind == "spam":
        record["notificationType"] = "Complaint"
        record["complaint"] = {
            "feedbackId": f"ses-{number}",
            "complainedRecipients": [{"emailAddress": letter.address}],
        }
    else:
        record["eventType"] = "Bounce"
        record["bounce"] = {
            "feedbackId": f"ses-{number}",
            "bounceType": "Permanent" if kind == "hard" else "Transient",
            "bounceSubType": "General" if kind == "hard" else "MailboxFull",
            "bouncedRecipients": [
                {
                    "emailAddress": letter.address,
                    "status": "5.1.1" if kind == "hard" else "5.2.2",
                    "diagnosticCode": f"smtp; {_reply(kind)}",
                }
            ],
        }
    return notification(Message=json.dumps(record), MessageId=number, **changes)


def notification(**fields: str) -> Posted:
    """Return a message of the topic, signed as its version says."""
    envelope = {
        "Type": "Notification",
        "MessageId": "1",
        "TopicArn": TOPIC,
        "Message": "{}",
        "Timestamp": "2026-11-25T12:00:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
        **fields,
    }
    envelope.setdefault("Signature", signature_of(envelope))
    return Posted("/hooks/ses", _json(envelope))


def signature_of(envelope: dict[str, str]) -> str:
    """Sign as Amazon describes it."""
    names_ = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token"]
    wanted = [name for name in (*names_, "TopicArn", "Type") if name in envelope]
    text = "".join(f"{name}\n{envelope[name]}\n" for name in wanted)
    old = envelope["SignatureVersion"] == "1"
    algorithm = hashes.SHA1() if old else hashes.SHA256()  # noqa: S303  # Amazon's first
    made = _key().sign(text.encode(), padding.PKCS1v15(), algorithm)
    return base64.b64encode(made).decode()


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate() -> bytes:
    """Return the certificate of the key that signs."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(1)
        .not_valid_before(utcnow() - timedelta(days=1))
        .not_valid_after(utcnow() + timedelta(days=1))
        .sign(_key(), hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )


def _reply(kind: str) -> str:
    if kind == "spam":
        return "abuse"
    return "550 5.1.1 no such user" if kind == "hard" else "552 5.2.2 mailbox full"


def _json(record: Any) -> bytes:
    return json.dumps(record).encode()


def providers_client(
    settings: Settings, engine: Engine, fetch: Callable[[str], bytes]
) -> TestClient:
    """Return a client for which Amazon answers from here."""
    client = make_client(settings.model_copy(update={"webhooks": HOOKS}), engine)
    state = client.app.state  # type: ignore[attr-defined]  # set by create_app
    partners = Partners(Certificates(fetch), fetch)
    state.site = replace(state.site, partners=partners)
    return client


def a_letter(engine: Engine, **columns: Any) -> Letter:
    """Return a letter that a provider took."""
    with db.writing(engine) as session:
        reader = factories.make_subscriber(session)
        return letter_of(session, sent_to(session, reader, **columns))


def post(client: TestClient, posted: Posted) -> int:
    """Make a call; return its status."""
    answer = client.post(posted.path, content=posted.body, headers=posted.headers)
    return answer.status_code


def changed(posted: Posted, change: Callable[[dict[str, Any]], object]) -> Posted:
    """Return a call with another record."""
    record = json.loads(posted.body)
    change(record)
    return replace(posted, body=json.dumps(record).encode())


def kept(engine: Engine) -> list[Bounce]:
    """Return what was kept."""
    with db.reading(engine) as session:
        return list(session.exec(select(Bounce)))


def reason(engine: Engine, address: str) -> SuppressionReason | None:
    """Return why an address gets no mail."""
    with db.reading(engine) as session:
        normal = addresses.normalise(address)
        return suppressions.reason(session, factories.KEYS, normal)


PROVIDERS: dict[str, Tell] = {
    "postmark": postmark,
    "mailgun": mailgun,
    "brevo": brevo,
    "scaleway": scaleway,
    "ses": ses,
}
