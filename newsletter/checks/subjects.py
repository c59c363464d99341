"""Checks of the inbox line: subject, preheader, and the titles below it."""

from collections.abc import Iterator

from newsletter.checks.findings import Fault, check, look, must_fix
from newsletter.checks.proof import Proof
from newsletter.checks.sentences import gettext, ngettext
from newsletter.i18n import N_

_LONGEST = 78  # characters that fit into one line of a header
_SEEN = 33  # characters of a subject that a phone shows


@check("subject-missing", N_("Every language has a subject"), overridable=False)
def subject_missing(proof: Proof) -> Iterator[Fault]:
    """A language with readers and without a subject does not go out."""
    for edition in proof.editions:
        if not edition.leaves:
            said = ngettext(
                "There is no subject: one person would get an empty line.",
                "There is no subject: {n} people would get an empty line.",
                edition.readers,
            )
            yield must_fix(said, edition.at("subject"), language=edition.language)


@check("title-missing", N_("Everything has a title"))
def title_missing(proof: Proof) -> Iterator[Fault]:
    """Words without a title are not shown, though somebody wrote them."""
    for item in proof.items:
        for language in item.untitled:
            if language in proof.languages:
                said = gettext("These words have no title, so nobody gets them.")
                yield must_fix(said, item.at("title"), language=language)


@check("subject-long", N_("Subjects are short enough"))
def subject_long(proof: Proof) -> Iterator[Fault]:
    """Longer ones are cut everywhere."""
    for edition in proof.editions:
        length = len(edition.subject)
        if length > _LONGEST:
            said = gettext(
                "The subject has {length} characters. After {longest} it is cut"
                " everywhere.",
                length=length,
                longest=_LONGEST,
            )
            yield look(said, edition.at("subject"), language=edition.language)


@check("subject-repeats", N_("Subjects differ from those of the last issue"))
def subject_repeats(proof: Proof) -> Iterator[Fault]:
    """On a phone, two letters with one beginning look like the same letter."""
    for edition in proof.editions:
        begins, began = _start(edition.subject), _start(edition.last_subject)
        if begins and begins == began:
            said = gettext("The subject begins like that of the last issue.")
            yield look(said, edition.at("subject"), language=edition.language)


@check("preheader-missing", N_("Every language has a preheader"))
def preheader_missing(proof: Proof) -> Iterator[Fault]:
    """Without one, inboxes show whatever comes first."""
    for edition in proof.editions:
        if edition.leaves and not edition.preheader.strip():
            said = gettext(
                "There is no preheader, the grey line that inboxes show after the"
                " subject."
            )
            yield look(said, edition.at("preheader"), language=edition.language)


@check("preheader-repeats", N_("Preheaders say more than subjects"))
def preheader_repeats(proof: Proof) -> Iterator[Fault]:
    """An inbox line that says the same twice wastes its half."""
    for edition in proof.editions:
        same = _folded(edition.preheader) == _folded(edition.subject)
        if same and _folded(edition.subject):
            said = gettext("The preheader says the same as the subject.")
            yield look(said, edition.at("preheader"), language=edition.language)


def _start(subject: str) -> str:
    return _folded(subject)[:_SEEN]


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())


CHECKS = (
    subject_missing,
    title_missing,
    subject_long,
    subject_repeats,
    preheader_missing,
    preheader_repeats,
)
