"""Notice a domain that somebody mistyped, and say which one they meant (pure)."""

from functools import lru_cache

# Where most people of our readers' countries have their mailbox. A domain that
# stands here is never taken for a typing mistake of another.
_PROVIDERS = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.be outlook.fr outlook.de outlook.nl
    hotmail.com hotmail.be hotmail.fr hotmail.de hotmail.nl hotmail.it hotmail.es
    hotmail.co.uk live.com live.be live.fr live.de live.nl live.co.uk msn.com
    yahoo.com yahoo.fr yahoo.de yahoo.nl yahoo.it yahoo.es yahoo.co.uk ymail.com
    rocketmail.com icloud.com me.com mac.com aol.com aol.fr aol.de proton.me
    protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.com tuta.io
    posteo.net posteo.be posteo.de mailbox.org zoho.com zoho.eu fastmail.com hey.com
    disroot.org riseup.net mailo.com mail.com email.com
    skynet.be telenet.be proximus.be belgacom.net scarlet.be voo.be brutele.be
    pandora.be edpnet.be base.be mobistar.be orange.be tvcablenet.be swing.be
    dommel.be ugent.be kuleuven.be ulb.be vub.be uclouvain.be uliege.be
    orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr gmx.fr
    numericable.fr club-internet.fr aliceadsl.fr cegetel.net netcourrier.com
    ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl home.nl xs4all.nl upcmail.nl
    casema.nl chello.nl zonnet.nl quicknet.nl online.nl solcon.nl tele2.nl
    gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de
    online.de 1und1.de vodafone.de vodafonemail.de email.de mail.de
    bluewin.ch pt.lu gmail.be gmail.fr mail.be mail.fr mail.ru yandex.ru seznam.cz
    wp.pl o2.pl interia.pl onet.pl libero.it virgilio.it tiscali.it telefonica.net
    btinternet.com sky.com ntlworld.com comcast.net verizon.net att.net
    """.split()  # noqa: SIM905  # as a list it would fill two hundred lines
)
# Real domains that are near, but nobody mistypes into them: never suggested.
_RARE = frozenset(
    ["gmail.be", "gmail.fr", "mail.be", "mail.fr", "email.com", "hey.com"]
)
_SUGGESTED = tuple(sorted(_PROVIDERS - _RARE))
# Shorter names lie within one letter of too many real domains ("me.com", "be.com").
_SHORTEST = 6
# Endings that no domain has, and what the finger next to them meant.
_ENDINGS = {
    "con": "com",
    "cmo": "com",
    "ocm": "com",
    "vom": "com",
    "xom": "com",
    "comm": "com",
    "coom": "com",
    "copm": "com",
    "clm": "com",
    "ckm": "com",
    "bee": "be",
    "bbe": "be",
    "frr": "fr",
    "ffr": "fr",
    "nll": "nl",
    "nnl": "nl",
    "dee": "de",
    "ogr": "org",
    "rog": "org",
    "orgg": "org",
    "nte": "net",
    "ent": "net",
    "nett": "net",
}


def suggest(email: str) -> str | None:
    """Return the address that was probably meant, None if nothing looks mistyped.

    Only a domain one slip away from a common provider's (a letter too many, too few,
    wrong, or two swapped: Damerau 1964) or an ending that no domain has. It is a
    suggestion: the owner of a rare domain is right about it, so never apply it unasked.
    """
    local, at, domain = email.strip().rpartition("@")
    meant = _meant(domain.lower()) if at and local else None
    return f"{local}@{meant}" if meant else None


@lru_cache(maxsize=4096)  # a long list of people has few providers
def _meant(domain: str) -> str | None:
    if domain in _PROVIDERS:
        return None
    name, dot, ending = domain.rpartition(".")
    mended = f"{name}.{_ENDINGS[ending]}" if dot and ending in _ENDINGS else domain
    if mended in _PROVIDERS:
        return mended
    near = _nearest(mended)
    if near:
        return near
    return mended if mended != domain and name else None


def _nearest(domain: str) -> str | None:
    """Return the one provider a slip away; of several, the one with the same ending."""
    near = [
        each
        for each in _SUGGESTED
        if len(each.rpartition(".")[0]) >= _SHORTEST - 1 and _one_slip(domain, each)
    ]
    ending = domain.rpartition(".")[2]
    same = [each for each in near if each.rpartition(".")[2] == ending]
    chosen = same or near
    return chosen[0] if len(chosen) == 1 else None


def _one_slip(typed: str, meant: str) -> bool:
    """Tell whether one insertion, deletion, substitution or swap lies between."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    start = _common(typed, meant)
    typed, meant = typed[start:], meant[start:]
    return (
        typed[1:] == meant[1:]
        or typed[1:] == meant
        or typed == meant[1:]
        or (typed[:2] == meant[1::-1] and typed[2:] == meant[2:])
    )


def _common(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))
