"""Section names that every catalogue knows, whichever language they were typed in."""

from functools import cache

from newsletter.i18n.catalogues import N_, catalogue_languages, translator

_KNOWN = (
    N_("News"),
    N_("Agenda"),
    N_("Events"),
    N_("Documents"),
    N_("Publications"),
    N_("Videos"),
    N_("Campaign"),
    N_("In brief"),
    N_("Lead story"),
)


def section_name(name: str, language: str) -> str:
    """Return a well-known section's name in a language; any other name as it is."""
    known = _by_name().get(name.strip().casefold())
    return translator(language)(known) if known else name


@cache
def _by_name() -> dict[str, str]:
    """Return every form of the known names, in all catalogues, to its English one."""
    forms = {
        translator(language)(name).casefold(): name
        for language in catalogue_languages()
        for name in reversed(_KNOWN)
    }
    return forms | {name.casefold(): name for name in _KNOWN}
