from datetime import UTC, datetime, timedelta

import pytest

from newsletter.bounces.causes import Cause
from newsletter.bounces.weighing import Failure, Weight, weigh

DAY = datetime(2026, 12, 1, 9, tzinfo=UTC)


def failures(*seen: tuple[Cause, int]) -> list[Failure]:
    """Return one failure per cause and day, each of an issue of its own."""
    return [
        Failure(cause, number, DAY + timedelta(days=day))
        for number, (cause, day) in enumerate(seen, start=1)
    ]


@pytest.mark.parametrize(
    "seen",
    [
        [(Cause.HARD, 0)],
        [(Cause.HARD_TWICE, 0), (Cause.HARD_TWICE, 1)],
        [(Cause.DISABLED, 0), (Cause.DISABLED, 7)],
        [(Cause.DOMAIN, 0), (Cause.DOMAIN, 1), (Cause.DOMAIN, 2)],
        [(Cause.SOFT, day) for day in (0, 7, 14, 21, 30)],
        # Somebody unknown whose server once said that the mailbox is full.
        [(Cause.SOFT, 0), (Cause.HARD, 1)],
        # A worse one counts where a lighter one is looked for.
        [(Cause.DISABLED, 0), *[(Cause.SOFT, day) for day in (7, 14, 21, 30)]],
    ],
)
def test_so_much_ends_mail_to_an_address(seen: list[tuple[Cause, int]]) -> None:
    assert weigh(failures(*seen)) is Weight.ENOUGH


@pytest.mark.parametrize(
    "seen",
    [
        [(Cause.HARD_TWICE, 0)],
        [(Cause.HARD_TWICE, 0), (Cause.HARD_TWICE, 0)],
        [(Cause.DISABLED, 0), (Cause.DISABLED, 6)],
        [(Cause.DOMAIN, 0), (Cause.DOMAIN, 1), (Cause.DOMAIN, 1)],
        [(Cause.SOFT, day) for day in (0, 7, 14, 30)],
        [(Cause.SOFT, day) for day in (0, 7, 14, 21, 29)],
        [(Cause.POLICY, 0), (Cause.SOFT, 1)],
    ],
)
def test_so_little_is_only_counted(seen: list[tuple[Cause, int]]) -> None:
    assert weigh(failures(*seen)) is Weight.COUNTED


@pytest.mark.parametrize("cause", [Cause.POLICY, Cause.SENDER])
def test_what_is_our_fault_is_held_against_nobody(cause: Cause) -> None:
    seen = failures(*[(cause, day) for day in range(0, 90, 5)])

    assert weigh(seen) is Weight.NOTHING


def test_five_failures_of_one_issue_are_one_issue_that_failed() -> None:
    seen = [
        Failure(Cause.SOFT, 1, DAY + timedelta(days=day)) for day in range(0, 50, 10)
    ]

    assert weigh(seen) is Weight.COUNTED


def test_no_failure_weighs_nothing() -> None:
    assert weigh([]) is Weight.NOTHING
