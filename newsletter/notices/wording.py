"""What each kind of notice says, in the words of the catalogues."""

from dataclasses import dataclass

from newsletter.i18n import N_
from newsletter.models import NoticeKind


@dataclass(frozen=True)
class Words:
    """Message ids; `{list}` is what the reader gets, `{language}` theirs by name."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    button: str
    small: tuple[str, ...] = ()
    leave: str = ""  # words of a link to unsubscribe, before the button


_HOUR = N_("The link works for one hour.")
_NOT_YOU = N_("Not you? Do nothing: without the click, nothing changes.")
_PREFERENCES = N_("Your preferences")

# Nothing a visitor typed may stand in any of them: a form that mails strangers what
# somebody wrote is a spam relay.
WORDS = {
    NoticeKind.CONFIRM: Words(
        N_("Please confirm: {list}"),
        N_("One more click"),
        (
            N_(
                "Somebody, probably you, asked to get “{list}” at this address. "
                "Please confirm that you want it."
            ),
        ),
        N_("Confirm"),
        (
            N_("The link works for three days."),
            N_(
                "Not you? Do nothing: without the click you will hear no more from "
                "us, and the address is deleted after seven days."
            ),
        ),
    ),
    NoticeKind.WELCOME: Words(
        N_("Welcome: {list}"),
        N_("Welcome"),
        (
            N_("From now on, “{list}” comes to this address, in {language}."),
            N_(
                "Your right to object: you can tell us at any time to stop using your "
                "address for this letter. One click is enough, without giving a "
                "reason, and it takes effect at once."
            ),
        ),
        _PREFERENCES,
        (
            N_(
                "Add {sender} to your contacts, so that the letters reach your "
                "inbox. Every letter ends with a link to unsubscribe."
            ),
        ),
        leave=N_("Object and unsubscribe"),
    ),
    NoticeKind.ALREADY: Words(
        N_("You already get {list}"),
        N_("You are subscribed already"),
        (
            N_(
                "Somebody, probably you, asked to get “{list}” at this address. It "
                "comes here already, so nothing has changed."
            ),
        ),
        _PREFERENCES,
        (N_("There you can change the language, take a pause, or leave."),),
    ),
    NoticeKind.LINK: Words(
        N_("Your link: {list}"),
        N_("Here is your link"),
        (N_("You asked on our page for a fresh link to your preferences."),),
        _PREFERENCES,
        (
            N_("There you can change the language, take a pause, or leave."),
            N_("Not you? Do nothing: nothing has changed."),
        ),
    ),
    NoticeKind.ADDRESS: Words(
        N_("Another address? {list}"),
        N_("Another address?"),
        (
            N_(
                "You asked to get “{list}” at another address. Confirm it here; we "
                "then write to the new address to make sure that it is yours."
            ),
        ),
        N_("Yes, change my address"),
        (_HOUR, _NOT_YOU),
    ),
    NoticeKind.NEW_ADDRESS: Words(
        N_("Please confirm your new address: {list}"),
        N_("Your new address"),
        (
            N_(
                "Somebody, probably you, asked to get “{list}” at this address instead "
                "of another one. Please confirm that it is yours."
            ),
        ),
        N_("Confirm"),
        (N_("The link works for three days."), _NOT_YOU),
    ),
    NoticeKind.DATA: Words(
        N_("Your data: {list}"),
        N_("Everything we hold about you"),
        (N_("You asked for a copy of your data. It waits behind this link."),),
        N_("Get my data"),
        (_HOUR, _NOT_YOU),
    ),
    NoticeKind.ERASE: Words(
        N_("Erase everything? {list}"),
        N_("Erase everything?"),
        (
            N_(
                "You asked us to erase everything we hold about you. The next page "
                "says what goes, and lets you decide."
            ),
        ),
        N_("Go on"),
        (_HOUR, _NOT_YOU),
    ),
    NoticeKind.LEFT: Words(
        N_("You have been unsubscribed: {list}"),
        N_("You have been unsubscribed"),
        (N_("“{list}” will no longer be sent to this address."),),
        N_("Not you? Undo"),
        (
            N_("For half an hour, one click brings you back."),
            N_("If one is just on its way, it may still arrive."),
        ),
    ),
}
