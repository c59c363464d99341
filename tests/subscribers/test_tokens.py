import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.tokens import (
    HANDLE,
    SHORT_HANDLE,
    Key,
    KeyRing,
    Namer,
    Purpose,
    Stamp,
    derive,
    new_handle,
    new_handles,
    new_short_handle,
)

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
secrets = st.text(min_size=16, max_size=40)
handles = st.text(ALPHABET, min_size=HANDLE, max_size=HANDLE)
issues = st.text(ALPHABET, min_size=SHORT_HANDLE, max_size=SHORT_HANDLE)
purposes = st.sampled_from(Purpose)
RING = KeyRing(["the only secret of this ring"])


@given(secrets, purposes, handles, st.none() | issues)
def test_what_was_signed_can_be_read(
    secret: str, purpose: Purpose, handle: str, issue: str | None
) -> None:
    named = (handle, issue) if issue else (handle,)

    token = KeyRing([secret]).sign(purpose, *named)

    assert KeyRing([secret]).read(purpose, token) == named


@given(st.lists(secrets, min_size=2, max_size=5, unique=True), purposes, handles)
def test_every_key_that_ever_signed_verifies(
    ring: list[str], purpose: Purpose, handle: str
) -> None:
    for older in range(len(ring)):
        token = KeyRing(ring[older:]).sign(purpose, handle)

        assert KeyRing(ring).read(purpose, token) == (handle,)


@given(st.lists(secrets, min_size=2, max_size=5, unique=True), handles, st.randoms())
def test_the_order_of_old_keys_does_not_matter(
    ring: list[str], handle: str, dice: random.Random
) -> None:
    token = KeyRing(ring).sign(Purpose.UNSUBSCRIBE, handle)
    shuffled = dice.sample(ring, len(ring))

    assert KeyRing(shuffled).read(Purpose.UNSUBSCRIBE, token) == (handle,)


@given(secrets, secrets, handles)
def test_a_key_off_the_ring_does_not_verify(
    mine: str, theirs: str, handle: str
) -> None:
    token = KeyRing([theirs]).sign(Purpose.UNSUBSCRIBE, handle)

    found = KeyRing([mine]).read(Purpose.UNSUBSCRIBE, token)

    assert found == ((handle,) if mine == theirs else None)


@given(handles, st.none() | issues)
def test_one_purpose_never_serves_another(handle: str, issue: str | None) -> None:
    named = (handle, issue) if issue else (handle,)
    tokens = {purpose: RING.sign(purpose, *named) for purpose in Purpose}

    for purpose in Purpose:
        accepted = [p for p, token in tokens.items() if RING.read(purpose, token)]
        assert accepted == [purpose]


@given(handles, st.data())
def test_a_changed_character_is_noticed(handle: str, data: st.DataObject) -> None:
    token = RING.sign(Purpose.PREFERENCES, handle)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(ALPHABET).filter(lambda c: c != token[at]))

    changed = token[:at] + other + token[at + 1 :]

    assert RING.read(Purpose.PREFERENCES, changed) is None


@given(st.text(max_size=60))
def test_any_other_text_is_no_token(text: str) -> None:
    assert RING.read(Purpose.UNSUBSCRIBE, text) is None


@pytest.mark.parametrize("issue", [False, True])
def test_a_hundred_thousand_guesses_find_nothing(issue: bool) -> None:
    dice = random.Random(8058)  # noqa: S311  # guesses should repeat
    length = len(RING.sign(Purpose.READ, new_handle()))
    length += SHORT_HANDLE if issue else 0
    guesses = ("".join(dice.choices(ALPHABET, k=length)) for _ in range(50_000))

    assert not any(RING.read(Purpose.READ, guess) for guess in guesses)


def test_a_token_is_short_lower_case_and_says_nothing() -> None:
    token = RING.sign(Purpose.UNSUBSCRIBE, new_handle())

    assert len(token) == 33
    assert token == token.lower()
    assert len(RING.sign(Purpose.READ, new_handle(), new_short_handle())) == 41


def test_a_chosen_key_signs() -> None:
    ring = KeyRing(["the newest secret of all", "the oldest secret of all"])
    oldest = ring.keys[-1]
    handle = new_handle()

    token = ring.sign(Purpose.UNSUBSCRIBE, handle, key=oldest)

    assert token == KeyRing(["the oldest secret of all"]).sign(
        Purpose.UNSUBSCRIBE, handle
    )


def test_a_key_is_found_by_its_id_the_newest_otherwise() -> None:
    ring = KeyRing(["the newest secret of all", "the oldest secret of all"])

    assert ring.key(ring.keys[1].id) is ring.keys[1]
    assert ring.key("a key that is gone") is ring.newest


def test_a_ring_needs_a_key() -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        KeyRing([])


def test_fingerprints_outlive_rotation() -> None:
    before = KeyRing(["the oldest secret of all"])
    after = KeyRing(["the newest secret of all", "the oldest secret of all"])

    assert after.fingerprint("anne@example.org") == before.fingerprint(
        "anne@example.org"
    )
    assert after.check_mark() == before.check_mark()
    assert len(before.fingerprint("anne@example.org")) == 32


def test_a_derived_value_depends_on_all_it_is_made_of() -> None:
    keys = [Key.of("one secret, long enough"), Key.of(b"another secret, long")]

    values = {
        derive(key, purpose, value)
        for key in keys
        for purpose in ("boundary", "id")
        for value in ("1", "2")
    }

    assert len(values) == 8
    assert {len(value) for value in values} == {26}


def test_many_handles_are_as_good_as_one() -> None:
    handles = new_handles(500)

    assert len(set(handles)) == 500
    assert {len(each) for each in handles} == {HANDLE}
    assert new_handles(0) == []


def test_many_fingerprints_are_those_of_each() -> None:
    keys = KeyRing(["a key", "an older one"])
    addresses = [f"reader-{number}@example.org" for number in range(7)]

    assert keys.fingerprints(addresses) == [*map(keys.fingerprint, addresses)]
    assert keys.fingerprints([]) == []


@given(st.text(ALPHABET, min_size=HANDLE, max_size=HANDLE + SHORT_HANDLE))
def test_a_stamp_signs_as_the_ring_does(handles: str) -> None:
    key = RING.newest

    stamped = Stamp(key, Purpose.READ)(handles)

    assert stamped.decode() == RING.sign(Purpose.READ, handles)


@given(st.text(), st.text(min_size=1, max_size=200))
def test_a_namer_derives_as_derive_does(value: str, secret: str) -> None:
    key = Key.of(secret)

    assert Namer(key, "message-id")(value).decode() == derive(key, "message-id", value)
