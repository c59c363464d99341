"""After leaving through /u/{token}: take it back, come back later, say why."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from newsletter.web import agreements, choices, leaving, readers
from newsletter.web.deps import Asked, Form, Here, Reading, Writing
from newsletter.web.leaving import Handle, old_link, page, question
from subscribers import offers, optout, wordings
from subscribers.offers import Agreed, Joined

router = APIRouter()


@router.get("/u/{token}/undo")
@router.get("/u/{token}/back")
@router.get("/u/{token}/reason")
def look(
    token: str, handle: Handle, wishes: Asked, here: Here, session: Reading
) -> HTMLResponse:
    """Show where somebody stands; everything else takes a button."""
    return leaving.ask(token, handle, wishes, here, session)


@router.post("/u/{token}/undo")
def undo(
    token: str, handle: Handle, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Take the unsubscribing back, or say how to come back later."""
    if handle is None:
        return old_link(here, wishes)
    reader = readers.find(session, handle, wishes)
    if reader is None:
        return question(here, session, token, reader, wishes)
    undone = optout.undo(session, handle)
    name = "stayed" if undone or not reader.has_left else "has_left"
    return page(here, session, name, token, reader, said="")


@router.post("/u/{token}/back")
def come_back(
    token: str, handle: Handle, form: Form, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Ask to be on the list again, which their mailbox confirms."""
    if handle is None:
        return old_link(here, wishes)
    reader = readers.find(session, handle, wishes)
    words = agreements.words_of(reader.mailing_list, reader.language) if reader else ""
    # Consent is to words that were read: a form from before an edit is shown again.
    if reader is None or form.get("agreed") != wordings.digest(words):
        return question(here, session, token, reader, wishes)
    agreed = Agreed(words, reader.language, form="/u")
    joined = offers.join(
        session, here.settings.keys, handle, reader.mailing_list, agreed
    )
    if joined is Joined.ASKED:
        return page(here, session, "has_left", token, reader, said=choices.ASKED)
    return page(here, session, "stayed", token, reader)


@router.post("/u/{token}/reason")
def say_why(
    token: str, handle: Handle, form: Form, wishes: Asked, here: Here, session: Writing
) -> HTMLResponse:
    """Keep the reason that somebody gave after they had left."""
    if handle is None:
        return old_link(here, wishes)
    reader = readers.find(session, handle, wishes)
    if reader is None or not reader.has_left:
        return question(here, session, token, reader, wishes)
    thanks = optout.give_reason(session, handle, form.get("reason", ""))
    return page(here, session, "left", token, reader, everything=False, thanks=thanks)
