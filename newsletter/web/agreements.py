"""The sentence that somebody agrees to when they ask for a list."""

from newsletter import i18n
from newsletter.i18n import N_
from subscribers.models import MailingList

_OURS = N_(
    "I want to receive {name} by e-mail. I can leave at any time with one click."
)


def words_of(mailing_list: MailingList, language: str) -> str:
    """Return what a form of this list says, to the letter: its words, or else ours."""
    own = mailing_list.consent.get(language, "").strip()
    name = mailing_list.name_in(language)
    return own or i18n.translator(language)(_OURS, name=name)
