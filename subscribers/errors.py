"""The facts that can stop a request about people."""

from subscribers.sentences import Saying, Told, Value


class SubscriberError(Told):
    """The request about a subscriber cannot be carried out."""


class InvalidAddress(SubscriberError, ValueError):
    """This is not an e-mail address that mail can be sent to."""


class InvalidRule(SubscriberError, ValueError):
    """This segment rule cannot be understood."""

    def __init__(
        self, message: str | Saying = "", /, *, position: int = 1, **values: Value
    ) -> None:
        super().__init__(message, **values)
        self.position = position  # the character it stumbles over, from 1


class ListNotFound(SubscriberError, LookupError):
    """There is no such mailing list."""


class SegmentExists(SubscriberError):
    """There is already a segment of this name."""


class SegmentNotFound(SubscriberError, LookupError):
    """There is no such segment."""


class SubscriberNotFound(SubscriberError, LookupError):
    """There is no such subscriber."""


class LanguageNotOffered(SubscriberError, ValueError):
    """This list is not written in that language."""


class UnreadableFile(SubscriberError, ValueError):
    """This file cannot be read as a list of people."""


class ConsentMissing(SubscriberError, ValueError):
    """An import needs the words these people agreed to."""


class BadList(SubscriberError, ValueError):
    """A mailing list cannot be like this."""


class AddressTaken(SubscriberError):
    """The letter already goes to this address."""


class SuppressionStays(SubscriberError):
    """Only the owner of this address can come back to it."""


class ImportNotFound(SubscriberError, LookupError):
    """There is no such import."""


class ImportNotUndone(SubscriberError):
    """This import cannot be taken back."""


class ExportTooLarge(SubscriberError):
    """A sheet has no room for so many people; export them as CSV."""


class CannotAdd(SubscriberError):
    """This person cannot be added by hand."""
