"""Limits count mailboxes, whatever way their addresses are spelt."""

import pytest

from subscribers import addresses, requests


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Anne@Example.org", "anne@example.org"),
        ("anne+news@example.org", "anne@example.org"),
        ("a.n.n.e@gmail.com", "anne@gmail.com"),
        ("a.nne+x+y@googlemail.com", "anne@gmail.com"),
        ("a.nne@example.org", "a.nne@example.org"),
        ("+x@example.org", "@example.org"),
    ],
)
def test_a_mailbox_is_found_behind_tags_and_dots(address: str, mailbox: str) -> None:
    assert requests.mailbox_of(addresses.normalise(address)) == mailbox
