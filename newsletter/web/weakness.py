"""What is wrong with a password, in words for the catalogues."""

from collections.abc import Mapping

from newsletter.errors import BadPassword, PasswordCommon, PasswordLength, PasswordOwn
from newsletter.i18n import N_

HINT = N_(
    "12 characters or more. A few words that only you would put together are good."
)
_WORDS: Mapping[type[BadPassword], str] = {
    PasswordLength: N_("This password needs 12 to 200 characters."),
    PasswordOwn: N_("This password is little more than your name or your address."),
    PasswordCommon: N_("This password is one that others try first."),
}


def words(error: BadPassword) -> str:
    """Return the sentence for a password that was refused."""
    return _WORDS[type(error)]
