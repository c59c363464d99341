"""Checks of the mail as it would leave: weight, way out, sender, rules of mail."""

from collections.abc import Iterator

from newsletter.checks.findings import Fault, check, look, must_fix
from newsletter.checks.places import Kind, Place
from newsletter.checks.proof import EditionProof, Mail, Proof
from newsletter.checks.sentences import gettext
from newsletter.i18n import N_

_HEAVY = 85_000  # bytes of HTML
_CUT = 100_000  # Gmail cuts at about 102 KB
# Rules of mail without which a message is refused, changed on its way, or a trap; the
# others make it worse.
_GRAVE = frozenset(
    {
        *("H1", "H2", "H3", "H4", "H6", "H7", "H8", "H9", "H10", "H11"),
        *("H14", "H18", "H20"),
    }
)


@check("mail-renders", N_("Every mail can be laid out"), overridable=False)
def mail_renders(proof: Proof) -> Iterator[Fault]:
    """What cannot be laid out cannot leave."""
    for edition, mail in _mails(proof):
        if mail.failure:
            said = gettext(
                "This mail cannot be laid out: {reason}", reason=mail.failure
            )
            yield must_fix(said, edition.at("mail"), language=mail.language)


@check("mail-weight", N_("Mails are light enough to be shown whole"))
def mail_weight(proof: Proof) -> Iterator[Fault]:
    """A mail that is cut has lost its foot, and with it the way out."""
    for edition, mail in _mails(proof):
        size = round(mail.size / 1000)
        if mail.size > _CUT:
            said = gettext(
                "This mail has {size} KB. Gmail cuts it at 100 KB, together with the"
                " link to unsubscribe.",
                size=size,
            )
            yield must_fix(said, edition.at("mail"), language=mail.language)
        elif mail.size > _HEAVY:
            said = gettext(
                "This mail has {size} KB. Gmail cuts mails at 100 KB.", size=size
            )
            yield look(said, edition.at("mail"), language=mail.language)


@check("way-out", N_("Every mail has its link to unsubscribe"), overridable=False)
def way_out(proof: Proof) -> Iterator[Fault]:
    """In both forms of the mail."""
    for edition, mail in _mails(proof):
        if "unsubscribe html" in mail.lost:
            said = gettext("The mail has no link to unsubscribe.")
            yield must_fix(
                said, edition.at("mail"), language=mail.language, detail="html"
            )
        if "unsubscribe text" in mail.lost:
            said = gettext("The text form of the mail has no link to unsubscribe.")
            yield must_fix(
                said, edition.at("mail"), language=mail.language, detail="text"
            )


@check("legal", N_("Every mail says who sends it"), overridable=False)
def legal(proof: Proof) -> Iterator[Fault]:
    """The list knows who sends it, and the design leaves it out."""
    for edition, mail in _mails(proof):
        if {"legal html", "legal text"} & set(mail.lost):
            said = gettext("The design leaves out who sends this mail.")
            yield must_fix(said, edition.at("mail"), language=mail.language)


@check("legal-missing", N_("The list says who it is"))
def legal_missing(proof: Proof) -> Iterator[Fault]:
    """Most countries ask every sender for it, and readers trust it."""
    # In a language without words of its own, those of the default one are used.
    if proof.editions and not any(edition.legal for edition in proof.editions):
        said = gettext(
            "Nothing says who sends this mail: name, address, number. The law of most"
            " countries asks for it."
        )
        yield look(said, Place(Kind.LIST, proof.list_id, "legal"))


@check("mail-rules", N_("The mails keep the rules of mail"))
def mail_rules(proof: Proof) -> Iterator[Fault]:
    """The exact bytes, held against the standards; see messages.lint."""
    for edition, mail in _mails(proof):
        for rule in mail.broken:
            # R1 is about the weight, which has a check of its own.
            if rule.rule == "R1" and mail.size > _CUT:
                continue
            grave = rule.rule in _GRAVE
            said = gettext(
                "This mail breaks a rule of mail, {rule}: {reason}. Show it to whoever"
                " runs the service.",
                rule=rule.rule,
                reason=rule.reason,
            )
            yield (must_fix if grave else look)(
                said,
                edition.at("mail"),
                language=mail.language,
                detail=rule.rule + rule.reason,
            )


def _mails(proof: Proof) -> Iterator[tuple[EditionProof, Mail]]:
    by_language = {edition.language: edition for edition in proof.editions}
    for mail in proof.mails:
        if mail.language in by_language:
            yield by_language[mail.language], mail


CHECKS = (mail_renders, mail_weight, way_out, legal, legal_missing, mail_rules)
