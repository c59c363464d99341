"""Whose servers a list sends from, as the doctor takes them."""

import pytest
from sqlmodel import Session

from newsletter import doctor, relays
from newsletter.config import Settings
from newsletter.doctor import Kind, Patient
from newsletter.relays import Statement
from tests import factories


def patient(session: Session, settings: Settings, url: str, **values: str) -> Patient:
    sender = values.pop("sender", "a@news.example.org")
    made = factories.make_list(session, sender_address=sender, **values)
    changed = settings.model_copy(update={"smtp_url": url})
    return doctor.patient_of(session, made, changed)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("", Kind.MAILBOX),
        ("smtp://127.0.0.1:25", Kind.OURS),
        ("smtp://postfix:25?tls=none", Kind.OURS),
        ("smtp://10.1.2.3", Kind.OURS),
        ("smtp://mail.example.org", Kind.OURS),
        ("smtp://mail.news.example.org", Kind.OURS),
        ("smtp://mail.notexample.org", Kind.OTHER),
        ("smtp://smtp.isp.example", Kind.OTHER),
        ("smtp://smtp-relay.brevo.com", Kind.PROVIDER),
    ],
)
def test_a_relay_is_ours_a_company_s_or_a_stranger_s(
    session: Session, settings: Settings, url: str, kind: Kind
) -> None:
    (way,) = patient(session, settings, url).ways

    assert way.kind is kind
    if kind is Kind.PROVIDER:
        assert way.spf[0] == "spf.brevo.com"
        assert way.own_return_path


def test_a_stated_preset_says_whose_a_relay_is(
    session: Session, settings: Settings
) -> None:
    relays.state(session, "main", Statement(preset="postmark"))
    (company,) = patient(session, settings, "smtp://smtp.isp.example").ways
    relays.state(session, "main", Statement(preset="postfix"))
    (ours,) = patient(session, settings, "smtp://smtp.isp.example").ways

    assert (company.kind, company.title) == (Kind.PROVIDER, "Postmark")
    assert ours.kind is Kind.OURS


def test_every_domain_that_gets_mail_is_named_once(
    session: Session, settings: Settings
) -> None:
    who = patient(session, settings, "", reply_to="office@example.org")

    assert who.domains == ("news.example.org", "example.org")
    assert who.contact == "office@example.org"
    assert who.host == "news.example.org"


def test_a_list_without_a_reply_address_is_answered_at_its_sender(
    session: Session, settings: Settings
) -> None:
    who = patient(session, settings, "")

    assert who.domains == ("news.example.org",)
    assert who.contact == "a@news.example.org"
