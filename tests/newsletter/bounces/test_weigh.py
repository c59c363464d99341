from datetime import UTC, datetime, timedelta

import pytest

from newsletter.bounces.weighing import Seen, Weight, weigh
from newsletter.smtp.failures import Failure

DAY = datetime(2026, 12, 1, 9, tzinfo=UTC)


def failures(*seen: tuple[Failure, int]) -> list[Seen]:
    """Return one failure per cause and day, each of an issue of its own."""
    return [
        Seen(failure, number, DAY + timedelta(days=day))
        for number, (failure, day) in enumerate(seen, start=1)
    ]


@pytest.mark.parametrize(
    "seen",
    [
        [(Failure.HARD, 0)],
        [(Failure.DISABLED, 0), (Failure.DISABLED, 7)],
        [(Failure.DOMAIN, 0), (Failure.DOMAIN, 1), (Failure.DOMAIN, 2)],
        [(Failure.SOFT, day) for day in (0, 7, 14, 21, 30)],
        # Somebody unknown whose server once said that the mailbox is full.
        [(Failure.SOFT, 0), (Failure.HARD, 1)],
        # A worse one counts where a lighter one is looked for.
        [(Failure.DISABLED, 0), *[(Failure.SOFT, day) for day in (7, 14, 21, 30)]],
    ],
)
def test_so_much_ends_mail_to_an_address(seen: list[tuple[Failure, int]]) -> None:
    assert weigh(failures(*seen)) is Weight.ENOUGH


@pytest.mark.parametrize(
    "seen",
    [
        [(Failure.DISABLED, 0), (Failure.DISABLED, 6)],
        [(Failure.DOMAIN, 0), (Failure.DOMAIN, 1), (Failure.DOMAIN, 1)],
        [(Failure.SOFT, day) for day in (0, 7, 14, 30)],
        [(Failure.SOFT, day) for day in (0, 7, 14, 21, 29)],
        [(Failure.POLICY, 0), (Failure.SOFT, 1)],
    ],
)
def test_so_little_is_only_counted(seen: list[tuple[Failure, int]]) -> None:
    assert weigh(failures(*seen)) is Weight.COUNTED


@pytest.mark.parametrize("failure", [Failure.POLICY, Failure.SENDER, Failure.THROTTLE])
def test_what_is_our_fault_is_held_against_nobody(failure: Failure) -> None:
    seen = failures(*[(failure, day) for day in range(0, 90, 5)])

    assert weigh(seen) is Weight.NOTHING


def test_five_failures_of_one_issue_are_one_issue_that_failed() -> None:
    seen = [
        Seen(Failure.SOFT, 1, DAY + timedelta(days=day)) for day in range(0, 50, 10)
    ]

    assert weigh(seen) is Weight.COUNTED


def test_no_failure_weighs_nothing() -> None:
    assert weigh([]) is Weight.NOTHING


@pytest.mark.parametrize(("days", "weight"), [(0, Weight.COUNTED), (1, Weight.ENOUGH)])
def test_a_doubtful_status_must_be_seen_on_a_second_day(
    days: int, weight: Weight
) -> None:
    seen = [
        Seen(Failure.HARD, issue, DAY + timedelta(days=day), "5.1.10")
        for issue, day in ((1, 0), (2, days))
    ]

    assert weigh(seen) is weight
