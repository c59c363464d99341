from pathlib import Path

import pytest

from newsletter import config
from newsletter.config import Mailbox, Relay, Span
from newsletter.errors import BadSetting

# A value that cannot work, and words the answer must hold.
BAD = [
    ("BASE_URL", "http://news.example.org", "use https"),
    ("BASE_URL", "news.example.org", "use https"),
    ("SMTP_URL", "mail.example.org", "smtp://user:password@host:587"),
    ("SMTP_URL", "smtp://mail.example.org?tls=maybe", "tls=maybe"),
    ("SMTP_URL", "smtp://anne:pa/ss@mail.example.org", "smtp://user:password@host"),
    ("RELAYS", "smtp://mail.example.org", "entry 1 needs the form name=smtp://"),
    ("RELAYS", "a=smtp://one.example b", "entry 2"),
    ("RELAYS", "Backup=smtp://mail.example.org", "a-z, 0-9 and -"),
    ("RELAYS", f"{'a' * 41}=smtp://mail.example.org", "40 at most"),
    ("RELAYS", "main=smtp://mail.example.org", "already is a relay called main"),
    ("RELAYS", "a=smtp://one.example a=smtp://two.example", "relay called a"),
    ("RELAYS", "backup=mail.example.org", "backup: write it as smtp://"),
    ("RATE", "30", "30/minute"),
    ("BOUNCE_ADDRESS", "bounces@example.org", "b+{token}@bounce.example.org"),
    ("BOUNCE_ADDRESS", "b+{token}@localhost", "b+{token}@bounce.example.org"),
    ("BOUNCE_ADDRESS", "b+{token}", "b+{token}@bounce.example.org"),
    ("BOUNCE_ADDRESS", "{token}b@example.org", "to set {token} apart"),
    ("BOUNCE_ADDRESS", "b+{token}+{token}@example.org", "to set {token} apart"),
    ("BOUNCE_ADDRESS", "b b+{token}@example.org", "to set {token} apart"),
    ("BOUNCE_ADDRESS", f"{'b' * 30}+{{token}}@example.org", "64 characters"),
    ("UNSUBSCRIBE_ADDRESS", "u+{token}@a.b\r\nBcc: x@y.z", "b+{token}@bounce"),
    ("BOUNCE_MAILBOX", "bounces@example.org", "mailbox 1: write it as imaps://"),
    ("BOUNCE_MAILBOX", "imaps://host.example", "name a user"),
    ("BOUNCE_MAILBOX", "imaps://a:b/c@host.example", "write it as imaps://"),
    ("BOUNCE_MAILBOX", "imaps://a:b[c@host.example", "write it as imaps://"),
    ("BOUNCE_MAILBOX", "imaps://a:b@host.example?tls=maybe", "tls=maybe"),
    ("BOUNCE_MAILBOX", "imaps://a:b@h.example?auth=ntlm", "auth=ntlm"),
    ("BOUNCE_MAILBOX", "pop3s://a:b@h.example?auth=xoauth2", "needs IMAP"),
    ("BOUNCE_MAILBOX", "pop3s://a:b@host.example/INBOX", "no folders"),
    ("BOUNCE_MAILBOX", "imaps://a:b@h.example/Zur%C3%BCck", "plain letters"),
    ("BOUNCE_MAILBOX", "imap://a:b%0d%0aX@h.example", "control character"),
    ("BOUNCE_MAILBOX", "imap://a:b@h.example imaps://a:c@h.example", "named twice"),
    ("BOUNCE_LISTEN", "127.0.0.1:2424", "lmtp://127.0.0.1:2424"),
    ("BOUNCE_LISTEN", "lmtp://127.0.0.1", "lmtp://127.0.0.1:2424"),
    ("BOUNCE_LISTEN", "smtp://anne:b@0.0.0.0:25", "smtp://0.0.0.0:25"),
    ("RATE", "0/minute", "30/minute"),
    ("RATE", "30/week", "second, minute, hour or day"),
    ("GRACE_SECONDS", "-1", "0 or more"),
    ("GENTLE_START", "-1", "0 or more"),
    ("SECRET_KEYS", "short", "16 characters"),
    ("LANGUAGES", "fr,klingon", "klingon"),
    ("LANGUAGES", ",", "at least one language"),
    ("TIMEZONE", "Brussels", "Brussels is not a time zone"),
    ("FETCH_ALLOW", "10.0.0.0/40", "10.0.0.0/40"),
    ("TRUSTED_PROXIES", "proxy", "proxy"),
    ("CONNECTIONS", "0", "1 or more"),
    ("MESSAGES_PER_CONNECTION", "many", "integer"),
    ("ON_UNKNOWN", "shrug", "resend"),
    ("WORKERS", "true", "through PostgreSQL"),
    ("DATABASE_URL", "mysql://db/news", "postgresql+psycopg://"),
    ("DATABASE_URL", "news.db", "sqlite:///"),
]


@pytest.mark.parametrize(("name", "value", "words"), BAD)
def test_a_bad_value_stops_the_start_and_names_the_setting(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"NEWSLETTER_{name}", value)

    with pytest.raises(BadSetting) as refused:
        config.load()

    assert f"NEWSLETTER_{name}: " in str(refused.value)
    assert words in str(refused.value)


def test_workers_go_with_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_WORKERS", "true")

    settings = config.load(database_url="postgresql+psycopg://newsletter@db/news")

    assert settings.workers


@pytest.mark.parametrize(
    "pattern",
    ["b+{token}@bounce.example.org", "{token}@b.example", "x.y-{token}=z@example.org"],
)
def test_a_mailbox_with_a_place_for_a_token_is_taken(pattern: str) -> None:
    settings = config.load(bounce_address=pattern.upper().replace("TOKEN", "token"))

    assert settings.bounce_address == pattern


def test_every_bad_value_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_TIMEZONE", "Brussels")
    monkeypatch.setenv("NEWSLETTER_CONNECTIONS", "0")

    with pytest.raises(BadSetting) as refused:
        config.load()

    assert len(str(refused.value).splitlines()) == 2


def test_nothing_set_is_enough_for_a_first_start() -> None:
    settings = config.load()

    assert settings.database == "sqlite:///data/newsletter.db"
    assert settings.relay is None
    assert settings.languages == ["fr", "nl", "de", "en"]
    assert settings.zone.key == "Europe/Brussels"


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_LANGUAGES", "")
    monkeypatch.setenv("NEWSLETTER_CONNECTIONS", "")

    settings = config.load()

    assert settings.languages == ["fr", "nl", "de", "en"]
    assert settings.connections == 4


def test_a_secret_may_stand_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    file.write_text("the newest of keys,an older key of ours\n")
    monkeypatch.setenv("NEWSLETTER_SECRET_KEYS_FILE", str(file))

    settings = config.load()

    assert settings.secret_keys == ["the newest of keys", "an older key of ours"]


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_URL_FILE", "/nowhere/smtp")

    with pytest.raises(BadSetting, match=r"NEWSLETTER_SMTP_URL_FILE: .*/nowhere/smtp"):
        config.load()


def test_a_file_value_is_checked_like_any_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    file.write_text("short")
    monkeypatch.setenv("NEWSLETTER_SECRET_KEYS_FILE", str(file))

    with pytest.raises(BadSetting, match="NEWSLETTER_SECRET_KEYS: each key needs 16"):
        config.load()


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://mail.example.org", 587, "starttls"),
        ("smtp://mail.example.org:2525", 2525, "starttls"),
        ("smtp://mail.example.org?tls=tls", 465, "tls"),
        ("smtps://mail.example.org", 465, "tls"),
        ("smtp://mail.example.org:25?tls=none", 25, "none"),
        # Nobody listens on the way to this very machine.
        ("smtp://localhost:1025", 1025, "none"),
        ("smtp://127.0.0.1:1025", 1025, "none"),
        ("smtp://[::1]:1025", 1025, "none"),
        ("smtp://127.0.0.1:1025?tls=starttls", 1025, "starttls"),
    ],
)
def test_a_relay_is_reached_safely_unless_told_otherwise(
    url: str, port: int, tls: str
) -> None:
    relay = Relay(url)

    assert (relay.port, relay.tls) == (port, tls)


def test_a_relays_password_may_hold_anything_and_is_never_shown() -> None:
    relay = Relay("smtp://anne%40example.org:p%2Fss%3Aword@mail.example.org")

    assert (relay.username, relay.password) == ("anne@example.org", "p/ss:word")
    assert "word" not in repr(relay)


def test_more_relays_have_names_and_keep_their_order() -> None:
    settings = config.load(
        relays="second=smtp://b.example.org\n first=smtps://a.example.org"
    )

    hosts = [(name, relay.host) for name, relay in settings.more_relays.items()]
    assert hosts == [("second", "b.example.org"), ("first", "a.example.org")]


@pytest.mark.parametrize(
    "entry",
    [
        "backup=smtp://anne:hush/hush@mail.example.org",
        "Backup=smtp://anne:hush@mail.example.org",
        "backup=ftp://anne:hush@mail.example.org",
        "smtp://anne:hush@mail.example.org",
        "main=smtp://anne:hush@mail.example.org",
    ],
)
def test_no_complaint_about_a_relay_shows_its_password(
    entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_RELAYS", entry)

    with pytest.raises(BadSetting) as refused:
        config.load()

    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("rate", "limit"),
    [
        ("", {}),
        ("30/minute", {Span.MINUTE: 30}),
        (" 5 / second", {Span.SECOND: 5}),
        ("300/day", {Span.DAY: 300}),
    ],
)
def test_a_rate_is_a_number_per_span(rate: str, limit: dict[Span, int]) -> None:
    assert config.load(rate=rate).limit == limit


def test_the_first_start_makes_a_key_and_the_second_finds_it(tmp_path: Path) -> None:
    first = config.load(data_dir=tmp_path).keys
    second = config.load(data_dir=tmp_path).keys

    assert first.check_mark() == second.check_mark()
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("parts", [("templates", "email"), ("locale",)])
def test_shipped_files_are_found_in_the_checkout_too(parts: tuple[str, ...]) -> None:
    assert config.find(*parts).is_dir()


def test_a_settings_file_in_another_encoding_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(config.Settings.model_config, "env_file", ".env")
    Path(".env").write_bytes("NEWSLETTER_TIMEZONE=Europe/Zürich".encode("latin-1"))

    with pytest.raises(BadSetting, match=r"\.env"):
        config.load()


@pytest.mark.parametrize(
    ("url", "port", "tls", "folder"),
    [
        ("imaps://a:b@mail.example.org", 993, "tls", "INBOX"),
        ("imap://a:b@mail.example.org/Back", 143, "starttls", "Back"),
        ("imap://a:b@localhost", 143, "none", "INBOX"),
        ("imap://a:b@mail.example.org:1143?tls=none", 1143, "none", "INBOX"),
        ("pop3s://a:b@mail.example.org", 995, "tls", "INBOX"),
        ("pop3://a:b@mail.example.org", 110, "starttls", "INBOX"),
        ("imap://a:b@mail.example.org?tls=tls", 993, "tls", "INBOX"),
    ],
)
def test_a_mailbox_is_encrypted_unless_it_is_said_or_is_here(
    url: str, port: int, tls: str, folder: str
) -> None:
    mailbox = Mailbox(url)

    assert (mailbox.port, mailbox.tls, mailbox.folder) == (port, tls, folder)


def test_a_mailboxs_password_may_hold_anything_and_is_never_shown() -> None:
    mailbox = Mailbox("imaps://anne%40example.org:p%2Fss%3Aword@mail.example.org")

    assert (mailbox.username, mailbox.password) == ("anne@example.org", "p/ss:word")
    assert "p/ss" not in f"{mailbox!r} {mailbox.name}"


@pytest.mark.parametrize(
    "url",
    [
        "imaps://anne:sesame/1@mail.example.org",
        "imaps://anne:sesame[1@mail.example.org",
        "imaps://anne:sesame\u2100@mail.example.org",
        "ftp://anne:sesame@mail.example.org",
        "imaps://anne:sesame@mail.example.org:port",
    ],
)
@pytest.mark.parametrize("setting", ["BOUNCE_MAILBOX", "SMTP_URL"])
def test_no_complaint_about_an_address_shows_its_password(
    url: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"NEWSLETTER_{setting}", url)

    with pytest.raises(BadSetting) as refused:
        config.load()

    assert "sesame" not in str(refused.value)


def test_each_provider_has_what_it_proves_itself_with() -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:bounces"
    settings = config.load(webhooks=f"ses={topic}\n brevo=0123456789abcdef")

    assert settings.hooks == {"ses": topic, "brevo": "0123456789abcdef"}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("sendgrid=0123456789abcdef", "entry 1 needs the form provider=secret"),
        ("brevo=0123456789abcdef brevo=0123456789abcdef", "entry 2"),
        ("brevo=short-secret", "brevo: the secret needs 16 characters"),
        ("brevo=0123456789/abcdef", "of A-Z, a-z"),
        ("ses=0123456789abcdef", "ses: write the topic"),
        ("ses=arn:aws:sns:eu-west-1.evil.example:123456789012:a", "ses: write"),
    ],
)
def test_a_webhook_that_cannot_work_is_named_and_its_secret_is_not(
    words: str, complaint: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        config.load(webhooks=words)

    assert complaint in str(refused.value)
    assert "0123456789" not in str(refused.value)
    assert "short-secret" not in str(refused.value)
