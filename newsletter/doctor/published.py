"""Whether a record that is proposed can be published where it should stand."""

from collections.abc import Iterable
from dataclasses import replace

from newsletter.doctor.diagnosis import Diagnosis, Phrase, Record, phrase
from newsletter.doctor.inquiry import Inquiry
from newsletter.i18n import N_

_ALIAS = N_(
    "{name} is an alias (CNAME) of {alias}, and nothing can be published beside it: "
    "have the record there changed, or delete the alias first."
)


def mind_aliases(found: Iterable[Diagnosis], inquiry: Inquiry) -> list[Diagnosis]:
    """Return what was found, with advice where a record would stand beside an alias.

    RFC 1034 §3.6.2: where a CNAME stands, nothing else may.
    """
    return [
        replace(each, advice=(*each.advice, *_aliases(each.records, inquiry)))
        for each in found
    ]


def _aliases(records: Iterable[Record], inquiry: Inquiry) -> Iterable[Phrase]:
    for record in records:
        if alias := inquiry.ask(record.name, record.type).alias:
            yield phrase(_ALIAS, name=record.name, alias=alias)
