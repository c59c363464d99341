"""Checks of the issue as a whole: it holds something, and somebody gets it."""

from collections.abc import Iterator

from newsletter.checks.findings import Fault, check, must_fix
from newsletter.checks.proof import Proof
from newsletter.checks.sentences import gettext
from newsletter.i18n import N_


@check("relay", N_("A mail server takes the mail"), overridable=False)
def relay(proof: Proof) -> Iterator[Fault]:
    """The list names a server that the settings do not know."""
    if proof.relay_fault:
        yield must_fix(proof.relay_fault, proof.at("relays"))


@check("no-items", N_("The issue has contents"), overridable=False)
def no_items(proof: Proof) -> Iterator[Fault]:
    """There is nothing to read."""
    if not proof.items:
        yield must_fix(gettext("The issue has no items."), proof.at("items"))


@check("no-language", N_("The issue has a language"), overridable=False)
def no_language(proof: Proof) -> Iterator[Fault]:
    """No edition, no mail."""
    if not proof.all_editions:
        yield must_fix(gettext("The issue has no language."), proof.at("languages"))


@check("no-readers", N_("Somebody gets it"), overridable=False)
def no_readers(proof: Proof) -> Iterator[Fault]:
    """The list or the segment is empty."""
    if proof.all_editions and not proof.readers:
        said = gettext(
            "Nobody would get it: the list or the segment has no confirmed reader."
        )
        yield must_fix(said, proof.at("readers"))


CHECKS = (relay, no_items, no_language, no_readers)
