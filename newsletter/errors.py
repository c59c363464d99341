"""The facts that can stop a request about items, issues and their delivery."""

from subscribers.sentences import N_, Told


class NewsletterError(Told):
    """The request cannot be carried out."""


class BadSetting(NewsletterError, ValueError):
    """A setting has a value that cannot work."""


class BadKey(NewsletterError, ValueError):
    """This key cannot sign mail."""


class KeyMissing(NewsletterError):
    """The key that signs these messages is not at hand."""


class WrongKeys(NewsletterError):
    """SECRET_KEYS does not hold the key this database was made with."""


class FetchRefused(NewsletterError):
    """This address may not be fetched."""


class FetchFailed(NewsletterError):
    """This address could not be fetched."""


class BadAnswer(FetchFailed):
    """The server answered something other than the page; `status` says what."""

    def __init__(self, url: str = "It", *, status: int = 0) -> None:
        super().__init__(N_("{url} answered {status}."), url=url, status=str(status))
        self.status = status


class TooSlow(FetchFailed):
    """The server took too long to answer."""


class TooLarge(FetchFailed):
    """The answer is larger than we read."""


class HostUnknown(FetchFailed):
    """The name servers know no such host."""


class NoNetwork(FetchFailed):
    """There is no network to fetch anything through."""


class UnreadableFeed(NewsletterError, ValueError):
    """This is not a feed: no RSS, no Atom, no JSON Feed."""


class UnreadableImage(NewsletterError, ValueError):
    """This is not a picture we can use."""


class UnreadableDocument(NewsletterError, ValueError):
    """This is not a document we can pass on."""


class BadText(NewsletterError, ValueError):
    """This text cannot be used."""


class ItemNotFound(NewsletterError, LookupError):
    """There is no such item."""


class IssueNotFound(NewsletterError, LookupError):
    """There is no such issue."""


class EditionNotFound(NewsletterError, LookupError):
    """The issue has no edition in this language."""


class SectionNotFound(NewsletterError, LookupError):
    """The issue has no such section."""


class BadSection(NewsletterError, ValueError):
    """A section cannot be called like this."""


class IssueNotEditable(NewsletterError):
    """The issue has left, so its contents can no longer change."""


class IssueNotReady(NewsletterError):
    """The issue cannot go out yet."""


class WrongState(NewsletterError):
    """The issue is in a state that does not allow this."""


class BadTest(NewsletterError, ValueError):
    """This test cannot be sent."""


class BadTime(NewsletterError, ValueError):
    """This moment cannot be used."""


class BadRule(NewsletterError, ValueError):
    """This is not a rhythm we can keep."""


class BadSeries(NewsletterError, ValueError):
    """A series cannot be set like this."""


class SeriesNotFound(NewsletterError, LookupError):
    """There is no such series."""


class NothingToPrepare(NewsletterError):
    """A series has no reason to prepare an issue now."""


class NotApproved(NewsletterError):
    """Somebody must approve the issue before it may leave."""


class IssueChanged(NewsletterError):
    """The issue is no longer what somebody looked at."""


class UnsafeValue(NewsletterError, ValueError):
    """A value holds a character that would break out of its header."""


class BadTemplate(NewsletterError, ValueError):
    """This template cannot be used."""


class BadLook(NewsletterError, ValueError):
    """Letters cannot look like this."""


class RenderingFailed(NewsletterError):
    """The edition could not be rendered."""


class RelayNotFound(NewsletterError, LookupError):
    """The settings name no such relay."""


class BadRelay(NewsletterError, ValueError):
    """A relay cannot have such a limit."""


class StaffExists(NewsletterError):
    """This person can already log in."""


class StaffNotFound(NewsletterError, LookupError):
    """Nobody of that name can log in."""


class LastAdmin(NewsletterError):
    """Somebody must stay admin: make a colleague one first."""


class InvitationNotFound(NewsletterError, LookupError):
    """This invitation was used, taken back, or is too old."""


class ResetNotFound(NewsletterError, LookupError):
    """This link was used already, or is too old."""


class BadCode(NewsletterError, ValueError):
    """This code is wrong, or was used already."""


class BadPassword(NewsletterError, ValueError):
    """This password is too easy to guess."""


class PasswordLength(BadPassword):
    """This password is too short or too long."""


class PasswordOwn(BadPassword):
    """This password is little more than a name or an address."""


class PasswordCommon(BadPassword):
    """This password is one that many people have."""


class LedgerUnavailable(NewsletterError):
    """The database did not answer a sender; what it asked may have happened."""


class BounceNotFound(NewsletterError, LookupError):
    """Nothing that came back has this number."""


class MailboxUnavailable(NewsletterError):
    """A mailbox cannot be read now."""


class BadReview(NewsletterError, ValueError):
    """This cannot be said, or nobody can be asked to say it."""


class ReviewNotFound(NewsletterError, LookupError):
    """There is no such link or comment."""
