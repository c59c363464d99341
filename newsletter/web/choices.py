"""What each form on a reader's own page does, and the sentence that answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.web import agreements
from newsletter.web.readers import Reader
from subscribers import addresses, offers, optout, pausing, preferences, wordings
from subscribers.errors import InvalidAddress
from subscribers.models import Channel, RequestKind
from subscribers.offers import Agreed, Joined, Offer
from subscribers.tokens import KeyRing

SAVED = N_("Your choice is saved.")
SENT = N_("We have sent a mail to {address}; follow the link in it within an hour.")
ASKED = N_("We have sent a mail to {address}; follow the link in it to confirm.")


@dataclass(frozen=True)
class Visit:
    """One form that a reader sent."""

    session: Session
    keys: KeyRing
    reader: Reader
    form: dict[str, str]

    @property
    def handle(self) -> str:
        """What the link points to."""
        return self.reader.preferences.handle


@dataclass(frozen=True)
class Said:
    """What the page says to a form; with `faulty`, which field is wrong."""

    message: str
    values: Mapping[str, str] = field(default_factory=dict)
    good: bool = True
    faulty: str = ""
    typed: str = ""
    language: str = ""  # the page's from now on


def language(visit: Visit) -> Said | None:
    """Write in another language from now on."""
    chosen = visit.form.get("language", "")
    allowed = visit.reader.preferences.languages
    if chosen not in allowed:
        return None
    preferences.set_language(visit.session, visit.handle, chosen, allowed=allowed)
    named = i18n.language_name(chosen, chosen)
    return Said(
        N_("Saved. Your next letter comes in {language}."),
        {"language": named},
        language=chosen,
    )


def second(visit: Visit) -> Said | None:
    """Remember another language that they read as well, or none."""
    chosen = visit.form.get("second", "")
    allowed = visit.reader.preferences.languages
    # A word for none: fields without a value do not arrive.
    if chosen not in {"none", *allowed}:
        return None
    if preferences.set_second_language(
        visit.session,
        visit.handle,
        None if chosen == "none" else chosen,
        allowed=allowed,
    ):
        return Said(SAVED)
    return Said(N_("That is your first language already."), good=False)


def topics(visit: Visit) -> Said | None:
    """Take the topics that are ticked, and no others of those on offer."""
    # An empty form would tick nothing; only ours says so on purpose.
    if "topics" not in visit.form:
        return None
    wanted = {
        name.removeprefix("topic:") for name in visit.form if name.startswith("topic:")
    }
    preferences.set_topics(visit.session, visit.handle, wanted)
    return Said(SAVED)


def join(visit: Visit) -> Said | None:
    """Get another list, or one of before, after agreeing to its words."""
    offer = _offer(visit)
    if offer is None:
        return None
    wanted = offer.mailing_list
    spoken = visit.reader.language
    words = agreements.words_of(wanted, spoken)
    if not offer.can_undo and visit.form.get("agreed") != wordings.digest(words):
        changed = N_("The words have changed meanwhile. Please read them once more.")
        return Said(changed, good=False)
    agreed = Agreed(words, spoken, form="/p")
    joined = offers.join(visit.session, visit.keys, visit.handle, wanted, agreed)
    if joined is Joined.ASKED:
        return _asked(visit, ASKED)
    return Said(N_("You get {name}."), {"name": wanted.name_in(spoken)})


def leave(visit: Visit) -> Said | None:
    """Leave one list."""
    offer = _offer(visit)
    if offer is None or not offer.handle:
        return None
    spoken = visit.reader.language
    optout.unsubscribe(
        visit.session, offer.handle, channel=Channel.PAGE, language=spoken
    )
    return Said(
        N_("You no longer get {name}."), {"name": offer.mailing_list.name_in(spoken)}
    )


def pause(visit: Visit) -> Said | None:
    """Get no letters for some months."""
    months = {str(each): each for each in pausing.MONTHS}.get(
        visit.form.get("months", "")
    )
    if months is None:
        return None
    until = pausing.pause(visit.session, visit.handle, months=months)
    if until is None:
        return None
    day = i18n.day(visit.reader.local_day(until), visit.reader.language)
    return Said(N_("No letters until {day}. Then they come again."), {"day": day})


def resume(visit: Visit) -> Said | None:
    """Get letters again before the pause is over."""
    if not pausing.resume(visit.session, visit.handle):
        return None
    return Said(N_("The letters come again from now on."))


def address(visit: Visit) -> Said | None:
    """Ask for another address; it counts once both mailboxes have agreed."""
    typed = visit.form.get("email", "")
    try:
        wanted = addresses.normalise(typed)
    except InvalidAddress:
        wrong = N_("This is not a complete address. It looks like name@example.org.")
        return Said(wrong, faulty="email", typed=typed[:254])
    # Nothing here depends on whether somebody has that address.
    return _ask(visit, RequestKind.ADDRESS, new_email=wanted.email)


def data(visit: Visit) -> Said | None:
    """Ask for everything we keep about them."""
    return _ask(visit, RequestKind.DATA)


def erase(visit: Visit) -> Said | None:
    """Ask that everything we keep about them is erased."""
    return _ask(visit, RequestKind.ERASE)


ACTS: Mapping[str, Callable[[Visit], Said | None]] = {
    "language": language,
    "second": second,
    "topics": topics,
    "join": join,
    "leave": leave,
    "pause": pause,
    "resume": resume,
    "address": address,
    "data": data,
    "erase": erase,
}


def _offer(visit: Visit) -> Offer | None:
    """Return the list that the form names, if it stands on this reader's page."""
    slug = visit.form.get("list", "")
    offered = offers.listing(visit.session, visit.handle)
    return next((each for each in offered if each.mailing_list.slug == slug), None)


def _ask(visit: Visit, kind: RequestKind, *, new_email: str = "") -> Said:
    preferences.ask(
        visit.session,
        visit.keys,
        visit.handle,
        kind,
        language=visit.reader.language,
        new_email=new_email,
    )
    return _asked(visit, SENT)


def _asked(visit: Visit, message: str) -> Said:
    return Said(message, {"address": visit.reader.preferences.masked})
