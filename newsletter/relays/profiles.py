"""What a relay takes: stated in the database, else by its preset, else by settings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, select

from newsletter.config import MAIN, Relay, Settings, Span
from newsletter.errors import BadRelay, RelayNotFound
from newsletter.relay_tables import StatedRelay
from newsletter.relays.groups import group_of
from newsletter.relays.presets import PRESETS, Preset
from subscribers.clock import utcnow
from subscribers.models import MailingList

RATES = {f"per_{span}": span for span in Span}
FIGURES = ("connections", "messages_per_connection", *RATES)
# A figure beyond this is a slip of the keyboard, and no database column holds it.
_MOST = 10**9


@dataclass(frozen=True)
class Profile:
    """A relay, where it is, and its limits over all senders; None is no limit."""

    name: str
    address: Relay | None  # None: the built-in mailbox
    connections: int
    messages_per_connection: int
    per_second: int | None = None
    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    domains: Mapping[str, int] = field(default_factory=dict)  # group → a minute
    preset: str = ""
    # For people: who says so of each figure.
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def limits(self) -> dict[Span, int]:
        """The limits that hold whoever receives."""
        stated = {span: getattr(self, name) for name, span in RATES.items()}
        return {span: limit for span, limit in stated.items() if limit}

    @property
    def is_limited(self) -> bool:
        """Whether a message needs a slot; without a brake, others need not ask."""
        return bool(self.limits)

    def limited_group(self, address: str, *, braked: Collection[str] = ()) -> str:
        """Return the group of an address if it needs slots of its own, else "".

        Because of its limit, or because it is among those under a brake.
        """
        if not self.domains and not braked:
            return ""
        group = group_of(address)
        return group if group in self.domains or group in braked else ""


@dataclass(frozen=True)
class Statement:
    """What to state of a relay; None leaves a thing as it is, 0 is no limit."""

    preset: str | None = None  # "": none
    figures: Mapping[str, int] = field(default_factory=dict)  # by FIGURES
    domains: Mapping[str, int] = field(default_factory=dict)  # 0 forgets a group


def profiles(session: Session, settings: Settings) -> list[Profile]:
    """Return every relay of the settings in their order, "main" first."""
    rows = {row.name: row for row in session.exec(select(StatedRelay))}
    addresses = {MAIN: settings.relay, **settings.more_relays}
    return [
        _profile(name, address, rows.get(name) or StatedRelay(name=name), settings)
        for name, address in addresses.items()
    ]


def get(session: Session, settings: Settings, name: str) -> Profile:
    """Return one relay; raises RelayNotFound."""
    require(settings, [name])
    return next(each for each in profiles(session, settings) if each.name == name)


def of_list(
    session: Session, settings: Settings, mailing_list: MailingList
) -> list[Profile]:
    """Return the relays of a list, the preferred one first.

    A name that the settings lost is passed over; raises RelayNotFound when none is
    left, since another relay may not be allowed to send for this sender.
    """
    every = profiles(session, settings)
    if not mailing_list.relays:
        return every
    by_name = {each.name: each for each in every}
    found = [by_name[name] for name in mailing_list.relays if name in by_name]
    if not found:
        names = ", ".join(mailing_list.relays)
        raise RelayNotFound(
            "The list {list} goes through {names}, which NEWSLETTER_RELAYS does "
            "not name.",
            list=mailing_list.slug,
            names=names,
        )
    return found


def require(settings: Settings, names: Sequence[str]) -> None:
    """Raise RelayNotFound for a name that the settings do not have."""
    known = [MAIN, *settings.more_relays]
    for name in names:
        if name not in known:
            raise RelayNotFound(
                "There is no relay called {name}: the settings name {known}.",
                name=name,
                known=tuple(known),
            )


def state(
    session: Session, name: str, statement: Statement, *, afresh: bool = False
) -> None:
    """Write down what is stated of a relay; `afresh` forgets what was stated before.

    Raises BadRelay. Senders that run follow within seconds.
    """
    row = session.get(StatedRelay, name) or StatedRelay(name=name)
    if afresh:
        row.preset, row.domains = "", {}
    if statement.preset:
        require_preset(statement.preset)
    row.preset = row.preset if statement.preset is None else statement.preset
    forgotten = dict.fromkeys(FIGURES) if afresh else {}
    for figure, value in {**forgotten, **statement.figures}.items():
        setattr(row, figure, None if value is None else _checked(figure, value))
    domains = {**row.domains, **statement.domains}
    for group, value in domains.items():
        _checked(group, value)
    row.domains = {group: value for group, value in domains.items() if value}
    row.updated_at = utcnow()
    session.add(row)
    session.flush()


def require_preset(name: str) -> Preset:
    """Return a preset; raises BadRelay."""
    if name not in PRESETS:
        raise BadRelay(
            "There is no preset {name}: choose of {known}.",
            name=name,
            known=tuple(PRESETS),
        )
    return PRESETS[name]


def _checked(name: str, value: int) -> int:
    least = 0 if name in RATES or name not in FIGURES else 1
    if not least <= value <= _MOST:
        raise BadRelay(
            "{name} cannot be {value}.", name=name.replace("_", " "), value=value
        )
    return value


def _profile(
    name: str, address: Relay | None, row: StatedRelay, settings: Settings
) -> Profile:
    resolved = {figure: _resolve(figure, row, settings) for figure in FIGURES}
    figures = {figure: value for figure, (value, _) in resolved.items()}
    return Profile(
        name=name,
        address=address,
        connections=figures.pop("connections") or 1,
        messages_per_connection=figures.pop("messages_per_connection") or 1,
        domains=dict(row.domains),
        preset=row.preset,
        sources={figure: source for figure, (_, source) in resolved.items() if source},
        **figures,
    )


def _resolve(
    figure: str, row: StatedRelay, settings: Settings
) -> tuple[int | None, str]:
    """Return a figure and who says so; a limit of 0 is none."""
    stated: int | None = getattr(row, figure)
    if stated is not None:
        return stated or None, "stated"
    preset = PRESETS.get(row.preset)
    known: int | None = getattr(preset, figure) if preset else None
    if known:
        return known, f"preset {row.preset}"
    if figure in RATES:
        limit = settings.limit.get(RATES[figure]) if row.name == MAIN else None
        return limit, "NEWSLETTER_RATE" if limit else ""
    return getattr(settings, figure), f"NEWSLETTER_{figure.upper()}"
