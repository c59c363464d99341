"""The mailbox of List-Unsubscribe, as it comes back in a recipient address."""

import pytest

from subscribers import optout
from subscribers.tokens import KeyRing, Purpose, new_handle


def test_it_names_the_handle_of_its_token(keys: KeyRing) -> None:
    handle = new_handle()
    token = keys.sign(Purpose.UNSUBSCRIBE, handle)

    assert optout.handle_in(keys, f"u+{token}@news.example.org") == handle


def test_letters_may_have_changed_their_case(keys: KeyRing) -> None:
    handle = new_handle()
    token = keys.sign(Purpose.UNSUBSCRIBE, handle)

    assert optout.handle_in(keys, f" U+{token.upper()}@News.Example.ORG ") == handle


@pytest.mark.parametrize("shape", ["{token}", "leave-{token}", "a+b_{token}=c"])
def test_the_token_alone_proves_that_a_mailbox_is_ours(
    keys: KeyRing, shape: str
) -> None:
    handle = new_handle()
    token = keys.sign(Purpose.UNSUBSCRIBE, handle)

    assert optout.handle_in(keys, f"{shape.format(token=token)}@a.example") == handle


@pytest.mark.parametrize(
    "shape",
    [
        "u{token}@example.org",
        "{token}u@example.org",
        "u+{token}x@example.org",
        "u+@example.org",
        "",
        "@",
        "u+\x00@example.org",
    ],
)
def test_any_other_mailbox_names_nobody(keys: KeyRing, shape: str) -> None:
    token = keys.sign(Purpose.UNSUBSCRIBE, new_handle())

    assert optout.handle_in(keys, shape.format(token=token)) is None


def test_a_token_for_something_else_does_not_unsubscribe(keys: KeyRing) -> None:
    token = keys.sign(Purpose.PREFERENCES, new_handle())

    assert optout.handle_in(keys, f"u+{token}@example.org") is None
