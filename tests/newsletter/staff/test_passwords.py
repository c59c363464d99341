import pytest

from newsletter.errors import (
    BadPassword,
    PasswordCommon,
    PasswordLength,
    PasswordOwn,
)
from newsletter.staff import passwords

OWN = ("lea.dupont@riviere.example", "Léa Dupont")


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("eleven char", PasswordLength),
        ("x" * 201, PasswordLength),
        ("lea.dupont@riviere.example", PasswordOwn),
        ("Dupont-Riviere1", PasswordOwn),
        ("Léa Dupont 2026", PasswordOwn),
        ("passwordpassword", PasswordCommon),
        ("Mot de passe 123", PasswordCommon),
        ("Welkom-Welkom", PasswordCommon),
        ("1234567890123", PasswordCommon),
        ("abcabcabcabc", PasswordCommon),
        ("aaaaaaaaaaab", PasswordCommon),
        ("azertyuiop2026", PasswordCommon),
    ],
)
def test_what_others_try_first_is_refused(
    password: str, error: type[BadPassword]
) -> None:
    with pytest.raises(error):
        passwords.refuse_weak(password, own=OWN)


@pytest.mark.parametrize(
    "password",
    [
        "un pont, douze hérons",
        "xK4-9fQz!mP2w",
        "brücke im nebel am Montag",
        "Dupont mange une tarte aux pommes",
    ],
)
def test_what_only_its_owner_puts_together_is_taken(password: str) -> None:
    passwords.refuse_weak(password, own=OWN)
