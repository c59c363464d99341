"""The page that explains the words, the keys and the way to a first issue: /help."""

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from newsletter.i18n import N_
from newsletter.web import first_steps, outline, sessions
from newsletter.web.deps import Here, Reading
from newsletter.web.sessions import SignedIn

router = APIRouter(dependencies=[Depends(sessions.same_site)])

WORDS = (
    (
        N_("Item"),
        N_(
            "A piece of news on the desk: a story, a link, an event … It can be used "
            "in several languages, and keeps its picture and date in all of them."
        ),
    ),
    (
        N_("Issue"),
        N_(
            "One number of your letter: items in an order, in every language, sent "
            "together and reported on once."
        ),
    ),
    (N_("Edition"), N_("An issue in one language. Each reader gets exactly one.")),
    (
        N_("Cell"),
        N_(
            "One item in one language of an issue. The table of an issue shows the "
            "state of each."
        ),
    ),
    (
        N_("Accepted"),
        N_(
            "The mail server of the reader took the letter. Whether it was read, "
            "nobody counts."
        ),
    ),
    (
        N_("Segment"),
        N_("A saved rule that selects readers, by language or topic for example."),
    ),
)
CELLS = (
    N_("Written, marked ready, and made from the words the source has now."),
    N_("Written, but nobody has marked it ready. It goes out like this."),
    N_(
        "The source was changed after the translation. Compare, then say that it is "
        "still correct, or change it."
    ),
    N_("Nobody has written it, and nobody has decided what to do instead."),
    N_("Readers of this language get it in another one, with a label that says so."),
    N_("Readers of this language do not get this item."),
)
KEYS = (
    (
        N_("On the desk"),
        (
            ("J K", N_("next item, item before")),
            ("X", N_("select")),
            ("E", N_("into the next issue")),
            ("A", N_("set aside")),
            ("N", N_("new item")),
            ("/", N_("search")),
            ("?", N_("all keys of a page")),
        ),
    ),
    (
        N_("In an issue"),
        (
            ("Alt 1 … 9", N_("another language")),
            ("Ctrl ↵", N_("ready, then on to the next gap")),
            ("Ctrl S", N_("says when your words were saved: that happens by itself")),
            ("Ctrl K", N_("a link")),
            ("Alt ↑ ↓", N_("move an item")),
            ("Alt P", N_("preview")),
        ),
    ),
)


@router.get("/help")
def show(visitor: SignedIn, here: Here, session: Reading) -> HTMLResponse:
    """Explain what somebody new needs, on one page."""
    return here.pages.answer(
        "staff/help.html",
        visitor.language,
        visitor=visitor,
        words=WORDS,
        cells=list(zip(outline.CELLS.values(), CELLS, strict=True)),
        keys=KEYS,
        steps=first_steps.of(session),
    )
