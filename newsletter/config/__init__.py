"""Settings: the only reader of the environment, and the finder of shipped files."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from pydantic import ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from newsletter import dkim
from newsletter.config.intake import Door, Mailbox, read_mailboxes
from newsletter.config.mailboxes import read_pattern
from newsletter.config.relay import (
    MAIN,
    Relay,
    Span,
    Tls,
    is_loopback,
    read_rate,
    read_relays,
)
from newsletter.config.webhooks import read_webhooks
from newsletter.errors import BadSetting
from subscribers.models import UnknownPolicy
from subscribers.tokens import KeyRing

__all__ = [
    "DATABASES",
    "INTERFACE_LANGUAGES",
    "MAIN",
    "Door",
    "Mailbox",
    "Network",
    "Relay",
    "Settings",
    "Span",
    "Tls",
    "Words",
    "find",
    "is_loopback",
    "load",
]

PREFIX = "NEWSLETTER_"
PACKAGE = Path(__file__).parents[1]
# The four languages whose interface words ship with the program.
INTERFACE_LANGUAGES = ("fr", "nl", "de", "en")
# The databases every test runs on.
DATABASES = ("sqlite:///", "postgresql+psycopg://")

Network = IPv4Network | IPv6Network
Words = Annotated[list[str], NoDecode]  # "a,b,c" in the environment


class Settings(BaseSettings):
    """Everything that can be set from outside, with the defaults of a first start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,  # containers pass on what nobody set
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # it may be a secret
        arbitrary_types_allowed=True,  # keys are read here and are no plain values
    )

    database_url: str = ""  # empty: SQLite in DATA_DIR
    smtp_url: str = ""  # empty: the built-in mailbox
    relays: str = ""  # more of them: name=smtp://… name=smtp://…
    rate: str = ""  # a limit of the relay "main": 30/minute
    bounce_address: str = ""  # b+{token}@…: failures come back; empty: to the sender
    bounce_mailbox: str = ""  # polled: imaps://user:password@host/INBOX pop3s://…
    bounce_listen: str = ""  # taken by `serve`: lmtp://127.0.0.1:2424
    unsubscribe_address: str = ""  # u+{token}@…: a mail to it unsubscribes
    webhooks: str = ""  # of providers: postmark=secret mailgun=key ses=arn:aws:sns:…
    base_url: str = "http://localhost:8000"
    secret_keys: Words = []  # newest first
    languages: Words = ["fr", "nl", "de", "en"]
    timezone: str = "Europe/Brussels"
    data_dir: Path = Path("data")
    fetch_allow: Annotated[list[Network], NoDecode] = []
    connections: int = 4
    messages_per_connection: int = 50
    workers: bool = False  # `serve` leaves the sending to `worker` processes
    on_unknown: UnknownPolicy = UnknownPolicy.RESEND
    grace_seconds: int = 60  # in which "Send now" on a page can be taken back
    gentle_start: int = 25  # readers per language who go first; 0: nobody does
    late_limit: int = 120  # minutes an issue may start late by itself
    dkim_keys: Annotated[dkim.Ring, NoDecode] = dkim.NO_KEYS  # empty: the relay signs
    dkim_strict: bool = False  # not even a relay may add fields of its own
    check_domains: bool = True  # ask the DNS about addresses that strangers type
    check_sender: bool = True  # look at lists' domains before their issues leave
    check_links: bool = True  # try the links of issues over the network
    trusted_proxies: Annotated[list[Network], NoDecode] = []

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # its protocol
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read NAME_FILE beside NAME, as container secrets are given."""
        return (
            init_settings,
            env_settings,
            _SecretFiles(settings_cls),
            dotenv_settings,
        )

    @field_validator("secret_keys", "languages", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return _words(value)

    @field_validator("dkim_keys", mode="before")
    @classmethod
    def _signing(cls, value: Any) -> Any:
        return value if isinstance(value, dkim.Ring) else dkim.read(_words(value))

    @field_validator("fetch_allow", "trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        return [ip_network(word, strict=False) for word in _words(value)]

    @field_validator("secret_keys")
    @classmethod
    def _long_enough(cls, value: list[str]) -> list[str]:
        if any(len(key) < 16 for key in value):
            raise ValueError("each key needs 16 characters or more")
        return value

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("name at least one language, for example fr,nl,de,en")
        for tag in value:
            try:
                Locale.parse(tag, sep="-")
            except (UnknownLocaleError, ValueError) as error:
                raise ValueError(f"{tag} is not a language tag we know") from error
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value} is not a time zone, try Europe/Brussels")
        return value

    @field_validator("base_url")
    @classmethod
    def _https_or_loopback(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "https" and parts.hostname:
            return value.rstrip("/")
        if parts.scheme == "http" and is_loopback(parts.hostname or ""):
            return value.rstrip("/")
        raise ValueError("use https, or http on a loopback address while trying out")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(DATABASES):
            raise ValueError(
                "write it as sqlite:///data/newsletter.db or "
                "postgresql+psycopg://user:password@host/name"
            )
        return value

    @field_validator("smtp_url")
    @classmethod
    def _readable_relay(cls, value: str) -> str:
        if value:
            Relay(value)
        return value

    @field_validator("workers")
    @classmethod
    def _queue_at_hand(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001  # a validator's shape
        if value and not info.data.get("database_url", "").startswith(DATABASES[1]):
            raise ValueError(
                "shares are handed out through PostgreSQL. On SQLite leave this off: "
                "`serve` sends, and a `worker` beside it needs no setting"
            )
        return value

    @field_validator("relays")
    @classmethod
    def _readable_relays(cls, value: str) -> str:
        read_relays(value)
        return value

    @field_validator("webhooks")
    @classmethod
    def _readable_webhooks(cls, value: str) -> str:
        read_webhooks(value)
        return value

    @field_validator("rate")
    @classmethod
    def _readable_rate(cls, value: str) -> str:
        read_rate(value)
        return value

    @field_validator("bounce_mailbox")
    @classmethod
    def _readable_mailboxes(cls, value: str) -> str:
        read_mailboxes(value)
        return value

    @field_validator("bounce_listen")
    @classmethod
    def _readable_door(cls, value: str) -> str:
        if value:
            Door(value)
        return value

    @field_validator("bounce_address", "unsubscribe_address")
    @classmethod
    def _readable_pattern(cls, value: str) -> str:
        return read_pattern(value)

    @field_validator("grace_seconds", "gentle_start")
    @classmethod
    def _not_negative(cls, value: int) -> int:
        if value < 0:
            raise ValueError("needs 0 or more")
        return value

    @field_validator("connections", "messages_per_connection")
    @classmethod
    def _at_least_one(cls, value: int) -> int:
        if value < 1:
            raise ValueError("needs 1 or more")
        return value

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> Self:
        """Return a copy that has not worked out anything yet from its old values."""
        made = super().model_copy(update=update, deep=deep)
        fields = type(self).model_fields
        for name in [name for name in made.__dict__ if name not in fields]:
            del made.__dict__[name]
        return made

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'newsletter.db'}"

    @cached_property
    def relay(self) -> Relay | None:
        """Where mail goes; None is the built-in mailbox."""
        return Relay(self.smtp_url) if self.smtp_url else None

    @cached_property
    def more_relays(self) -> dict[str, Relay]:
        """The relays besides "main", in the order in which they are set."""
        return read_relays(self.relays)

    @cached_property
    def hooks(self) -> dict[str, str]:
        """What each provider proves itself with, by its name in WEBHOOKS."""
        return read_webhooks(self.webhooks)

    @cached_property
    def limit(self) -> dict[Span, int]:
        """What RATE says; empty without one."""
        return read_rate(self.rate)

    @cached_property
    def bounce_mailboxes(self) -> tuple[Mailbox, ...]:
        """The mailboxes that are polled, in the order in which they are set."""
        return read_mailboxes(self.bounce_mailbox)

    @cached_property
    def bounce_door(self) -> Door | None:
        """Where `serve` takes mail for the bounce domain; None: nowhere."""
        return Door(self.bounce_listen) if self.bounce_listen else None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which staff think."""
        return ZoneInfo(self.timezone)

    @cached_property
    def keys(self) -> KeyRing:
        """The key ring: SECRET_KEYS, else a key kept in DATA_DIR."""
        return KeyRing(self.secret_keys or [_kept_key(self.data_dir / "secret.key")])

    @property
    def media_dir(self) -> Path:
        """Where pictures are stored."""
        return self.data_dir / "media"

    @property
    def uploads_dir(self) -> Path:
        """Where lists of people stand for a day, brought by staff or made for them."""
        return self.data_dir / "uploads"

    @property
    def mailbox_dir(self) -> Path:
        """Where the built-in mailbox keeps what it received."""
        return self.data_dir / "mailbox"


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads `NEWSLETTER_X_FILE` as the name of a file that holds X."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        name = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")  # noqa: TID251  # the one reader
        if name is None:
            return None, field_name, False
        try:
            return Path(name).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            setting = f"{PREFIX}{field_name.upper()}_FILE"
            raise BadSetting(f"{setting}: cannot read {name} ({error})") from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for field_name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, field_name)
            if value is not None:
                found[key] = value
        return found


def load(**overrides: Any) -> Settings:
    """Read the settings; raises BadSetting naming each setting that cannot work."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        sentences = [
            f"{PREFIX}{str(line['loc'][0]).upper()}: "
            + line["msg"].removeprefix("Value error, ")
            for line in error.errors()
        ]
        raise BadSetting("\n".join(sentences)) from error
    except UnicodeDecodeError as error:
        raise BadSetting("The file .env is not UTF-8 text.") from error


def find(*parts: str) -> Path:
    """Return a shipped folder or file: in the wheel, or in the checkout beside it."""
    shipped = PACKAGE.joinpath(*parts)
    return shipped if shipped.exists() else PACKAGE.parent.joinpath(*parts)


def _words(value: Any) -> list[str]:
    words = value.split(",") if isinstance(value, str) else value
    return [str(word).strip() for word in words if str(word).strip()]


def _kept_key(path: Path) -> str:
    """Return the key in `path`, made on first use so that two starts agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written whole under another name, then linked: the loser of a race reads
        # the winner's key and never half a file. mkstemp gives mode 0600.
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text(encoding="ascii").strip()
