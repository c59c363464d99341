"""Write down what somebody asked for on a page; a mail to them settles it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from subscribers.addresses import Address
from subscribers.clock import utcnow
from subscribers.models import Request, RequestKind
from subscribers.tokens import KeyRing

# Providers that deliver a mailbox under any spelling of it with dots.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
# Challenges run out sooner.
_PROOFS_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class Draft:
    """What was asked, by whom, where; `delay` keeps its answer back."""

    kind: RequestKind
    address: Address
    language: str
    subscriber_id: int | None = None
    list_ids: tuple[int, ...] = ()
    wording_ids: tuple[int, ...] = ()
    new_email: str = ""
    form: str = ""
    network: str | None = None
    proof: str = ""
    delay: timedelta = field(default_factory=timedelta)


def ask(session: Session, keys: KeyRing, draft: Draft) -> Request:
    """Keep a request for the job that answers it.

    The same work whoever the address belongs to, so that neither the page nor its
    timing tells a stranger who is subscribed.
    """
    now = utcnow()
    made = Request(
        kind=draft.kind,
        email=draft.address.email,
        email_key=draft.address.key,
        email_hash=keys.fingerprint(draft.address.key),
        limit_hash=keys.fingerprint(mailbox_of(draft.address)),
        language=draft.language,
        subscriber_id=draft.subscriber_id,
        list_ids=list(draft.list_ids),
        wording_ids=list(draft.wording_ids),
        new_email=draft.new_email,
        form=draft.form[:300],
        network=draft.network,
        proof=draft.proof,
        asked_at=now,
        due_at=now + draft.delay,
    )
    session.add(made)
    session.flush()
    return made


def is_used(session: Session, proof: str, *, now: datetime) -> bool:
    """Tell whether a solved challenge has let a request pass before."""
    query = select(Request.id).where(
        col(Request.proof) == proof, col(Request.asked_at) > now - _PROOFS_FOR
    )
    return session.exec(query).first() is not None


def mailbox_of(address: Address) -> str:
    """Return the mailbox that an address is a spelling of: without tag and dots.

    Only limits count by it: two people may well share what a provider folds.
    """
    local, _, domain = address.key.rpartition("@")
    local = local.partition("+")[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"
