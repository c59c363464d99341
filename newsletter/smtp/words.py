"""What the words of a refusal say, in the languages that mail systems speak.

Every pattern is matched against `folded` text: no capitals, no accents, one space.
No two gaps in a row are unbounded, so that hostile text costs no more than long text.
"""

import re
import unicodedata
from functools import lru_cache

from newsletter.smtp.failures import Failure

_LONGEST = 4_000
_TELLING = 2_000  # characters of a refusal that are listened to
_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>]{0,500}")
_ADDRESS = re.compile(r"<?[^\s<>@:;,]{1,64}@[^\s<>@:;,]{1,255}>?")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w])")
_SPACE = re.compile(r"\s+")

_MAILBOX = (
    r"(?:user|mail ?box|in-?box|recipient|recipients|account|address|addressee|"
    r"destinataire|utilisateur|adresse|compte|boite(?: aux lettres| mail)?|gebruiker|"
    r"ontvanger|geadresseerde|postvak|postbus|brievenbus|mailadres|adres|benutzer|"
    r"empfae?nger|adressat|postfach|konto|nutzer|teilnehmer|usuario|destinatario|"
    r"casella)"
)
_BOX = (
    r"(?:mail ?box|in-?box|account|user|recipient|boite(?: aux lettres| de reception)?|"
    r"messagerie|postfach|postvak|postbus|brievenbus|mailbox|konto|buzon|casella)"
)
_WORDS = {
    Failure.SENDER: (
        # Names of hosts have these words, too.
        r"(?<!\w\.)\b(?:spf|dkim|dmarc|dnssec|arc)\b(?!\.[a-z\d-]+\.\w)|"
        r"reverse dns|\bptr\b|\brdns\b|fcrdns|"
        r"unauthenticated|not authenticated|unauthorized sender|"
        r"(?<!to )sender (?:address |domain |id )?(?:rejected|unknown|denied|invalid|"
        r"refused|not found|verif\w+)|domain of sender|(?:bad|invalid) sender|"
        r"return ?path .{0,30}invalid|valid sender|bounce address|\bhelo\b|\behlo\b|"
        r"invalid dns (?:mx|a)\b|unknown client|your (?:host|mail ?server|server) is "
        r"(?:unknown|not)\b|\bfrom (?:an )?unknown (?:host|client|server)|"
        r"sender domain must|"
        # What a company says of our account, to every letter.
        r"address is not verified|failed the check in region|sending (?:is |has been |"
        r"was )?(?:suspended|paused|disabled|rejected)\b|not authorized to perform|"
        r"sender you used|authenticate your domain|send ?as ?denied|to send as\b|"
        r"not yet activated|unauthorized ip|"
        r"must (?:issue|use) .{0,12}(?:starttls|tls)|tls (?:is )?required|"
        r"(?:expediteur|afzender|absender)\w* (?:\w+ ){0,3}"
        r"(?:inconnu|invalide|refuse|rejete|onbekend|ongeldig|geweigerd|unbekannt|"
        r"ungue?ltig|abgelehnt|abgewiesen)"
    ),
    Failure.THROTTLE: (
        r"rate.?limit|throttl|frequency limited|too many (?:messages|connections|"
        r"mails|e-?mails|recipients|errors|concurrent)|\brate that\b|message rate|"
        r"sending rate|unusual(?:ly high)? rate|sending limit|(?:daily|"
        r"hourly) (?:\w+ ){0,2}(?:limit|quota)|too (?:fast|frequent\w*)|"
        r"exceed\w* .{0,60}(?:messages|mails|connections) (?:\w{1,20} ){0,4}per\b|"
        r"deferred due to (?:unexpected volume|user complaints)|"
        r"messages temporarily deferred|suspicious volume|trop de (?:messages|"
        r"connexions|courriels|mails)|limite d.envoi|te veel (?:berichten|"
        r"verbindingen|mails)|zu viele (?:nachrichten|mails|e-mails|verbindungen)|"
        r"limite de connexion"
    ),
    Failure.SOFT: (
        rf"{_BOX}\b(?:.? ?(?:is|has|ist|est|hat|of|der|de|du|van|voor|fur|a|s|<>|too|"
        r"currently|reached|temporarily|storage|size|nachricht\w*|bereits|deja|al|"
        r"te)){0,4} ?(?:full|voll|vol|pleine|plein|piena|llen[oa]|over ?quota|"
        r"exceed\w*|ue?berfue?llt|saturee?|overvol)\b|over ?-?quota|quota|over (?:its|"
        r"his|her|their|the) (?:\w+ ){0,2}limit|out of (?:disk |storage |free )?space|"
        r"out of storage|(?:not enough|insufficient|no|kein|nicht genug|"
        r"nicht genue?gend) (?:free |disk |system |storage |mailbox )*(?:storage|space|"
        r"speicherplatz)|storage (?:allocation|limit|space)|mailbox (?:size|limit)|"
        r"disk full|mailfull|mailbox_full|speicherplatz|kontingent|espace (?:disque |"
        r"de stockage )?(?:insuffisant|sature|depasse)|schijfruimte|opslag(?:ruimte|"
        r"limiet)|full mailbox|volles postfach|boite pleine|inbox is full|"
        r"too much mail|internal (?:server )?error|(?:local )?configuration error|"
        r"maildir|home directory|no such file|map not found|i/o error|"
        r"(?:being|been) migrated|greylist\w*|gr[ae]y.?list\w*|try again later|"
        r"temporarily|tijdelijk|voorue?bergehend|vorue?bergehend|temporairement|momentanement"
    ),
    Failure.POLICY: (
        r"\bspam\w*|\bblocked\b|\bblock(?: |-)?(?:ed|ing|list\w*)?\b|black ?-?list\w*|"
        r"\bpolic(?:y|ies)\b|spamhaus|spamcop|barracuda|senderscore|reputation|"
        r"message content|content (?:filter\w*|reject\w*|polic\w*|scan\w*)|\bvirus|"
        r"malware|infected|phish|prohibit|forbidden|restrict\w*|\bbanned|unsolicited|"
        r"\bbulk\b|\bjunk\b|\babuse|(?<!not )\b(?:listed|listing) (?:at|in|by|on)|"
        r"\bd?rbl\b|dnsbl|surbl|\bfilter|not permitted|not allowed|"
        r"relay(?:ing)? (?:access )?denied|unable to relay|unwanted|complaint|poor|"
        r"suspicious|indesirable|politique|\bbloque|bloquee|liste noire|richtlini|"
        r"beleid|geweigerd wegens|geblokkeerd|ongewenst|gesperrt|unerwue?nscht|"
        r"sperrliste|reputatie|only accept|only to receive|\bkarma\b|"
        r"not accept (?:any )?(?:e-?)?mail from|ask your postmaster for help"
    ),
    Failure.MESSAGE: (
        r"(?:message|mail|e-?mail|attachment|header|content)\w* (?:is |size |was )*"
        r"(?:too (?:big|large|long)|exceed\w*|malformed)|message size|size limit|"
        r"maximum (?:message |allowed |mail )?size|too large|message length|"
        r"zu gross|(?:trop|te) (?:volumineux|grande?|gros|groot)|taille (?:maximale|"
        r"du message|limite)|bericht is te|malformed|\bbare (?:lf|cr)|invalid header|"
        r"rfc ?5322|rfc ?2822|not rfc|8bitmime|smtputf8|missing .{0,20}header|"
        r"duplicate header|nachrichtengr|berichtgrootte|maximale groesse"
    ),
    Failure.NETWORK: (
        r"connection (?:was )?(?:refused|timed|reset|lost|dropped|closed)|"
        r"time[d-]? ?out|no route|unreachable|handshake|cannot start tls|"
        r"too many hops|hop count|mail (?:is )?loop|loops? back|routing loop|"
        r"\bloop detect|(?<!domain )(?<!account )(?<!mailbox )expired|retry time|"
        r"servfail|lost connection|too long in|in the queue too long|(?:could not|"
        r"couldn.t|unable to|cannot) (?:connect|contact|reach|establish)\w*|"
        r"no answer from host|host (?:is )?(?:down|not responding)|"
        r"name ?server (?:time|fail|error|unavail|did)|temporary failure|"
        r"queue lifetime|connexion (?:refusee|impossible|expiree)|delai (?:depasse|"
        r"expire)|verbindung (?:wurde )?(?:abgelehnt|fehlgeschlagen|abgebrochen)|"
        r"zeitue?berschreitung|verbinding (?:geweigerd|verbroken|mislukt)|verlopen|"
        r"nicht erreichbar|onbereikbaar|injoignable|"
        r"\b(?:dns|mx|tlsa|host|name) (?:query|lookup) (?:fail|error)"
    ),
    Failure.DOMAIN: (
        r"host or domain name not found|domain (?:name )?(?:not found|invalid|unknown|"
        r"does ?n.t exist|does not exist|onbekend|bestaat niet|unbekannt|existiert "
        r"nicht)|no such (?:domain|host)|(?:unknown|invalid) (?:mail )?(?:host|"
        r"domain)|host (?:unknown|not found)|nxdomain|unrouteable mail domain|null ?mx|"
        r"(?:does not|doesn.t|do not) accept (?:any )?(?:e-?)?mail\b(?! from)|no mx|"
        r"no valid (?:mx|host|mail)|couldn.t find any host|domain .{0,60} (?:does not|"
        r"doesn.t) (?:exist|resolve)|domaine (?:inconnu|inexistant|introuvable)|"
        r"hote inconnu|domein \S{0,60} ?(?:onbekend|bestaat niet|niet gevonden)|"
        r"bad destination system|domain isn.t in my list|no such host"
    ),
    Failure.DISABLED: (
        rf"{_MAILBOX}\b.{{0,40}}?\b(?:disabled|suspended|deactivated|inactive|"
        r"inactivated|locked|closed|discontinued|terminated|expired|frozen|"
        r"deaktiviert|stillgelegt|desactivee?|suspendue?|fermee?|cloturee?|"
        r"uitgeschakeld|gedeactiveerd|opgeheven|inactief|opgezegd|gesloten)\b|"
        r"(?:disabled|suspended|deactivated|inactive) (?:user|mailbox|account|"
        r"recipient)|\b(?:due to|because of|for|wegens?|pour(?: cause d.)?) ?"
        r"(?:inactivity|inaktivitae?t|inactiviteit|inactivite)\b|"
        r"(?:account|konto|postvak|postfach|compte) (?:\w+ ){0,3}(?:blocked|"
        r"gesperrt|geblokkeerd|bloque)|not been active|not active"
    ),
    Failure.HARD: (
        rf"(?:unknown|no such|nonexist\w+|non-existent|invalid|unbekannte[rsnm]?|"
        rf"onbekende?|ongeldige?|ungue?ltige[rsn]?) (?:local |mail |final |delivery |"
        rf"e-?mail |smtp )*(?:{_MAILBOX}|alias|local[ -]?part|person|userid|name|"
        r"empfae?ngeradresse)\b|"
        rf"{_MAILBOX}\b(?: <>| \"?[\w.+-]{{1,40}}\"?| \(\w{{1,30}}\)|:|s)?(?:.? "
        r"?(?:name|address|adresse|rejected|is|was|ist|wurde|est|a|the|does|has|been|"
        r"e-?mail|n'est|could|can|werd|kon|ou|d'|pas|:|or|here|nicht|"
        r"you entered)){0,5}.? ?(?:unknown|not ?found|not be found|notfound|"
        r"non-?existent|inexistent|does ?n.t exist|not exist|no longer (?:exist\w*|"
        r"valid|available|in use|active)|invalid|not valid|unrouteable|"
        r"undeliverable address|not (?:a )?known|not listed|unbekannt|nicht gefunden|"
        r"existiert nicht|existiert nicht mehr|nicht vorhanden|nicht bekannt|"
        r"gefunden werden|ungue?ltig|gibt es nicht|inconnue?|inexistante?|introuvable|"
        r"invalide|n.existe (?:pas|plus)|non trouvee?|niet gekend|onbekend|"
        r"bestaat niet|niet gevonden|niet bekend|ongeldig|niet worden gevonden|"
        r"desconocid[oa]|no existe|sconosciut[oa]|inesistente)|"
        r"does ?n.t have an? .{1,30}account|not our customer|no mailbox here|"
        r"no (?:one|account|user|mailbox) by that name|not listed in|"
        rf"{_MAILBOX}\b(?: (?:has been|was|is|a ete|wurde|is|werd))? (?:deleted|"
        r"removed|supprimee?|verwijderd|gewist|gelo?e?scht|entfernt)\b|"
        rf"(?:no|aucune?|pas de|geen|kein|can ?not find|could not find) {_MAILBOX}"
        r"(?: aux lettres)? (?:here|[a\W]{1,2} ?ce nom|de ce nom|met die naam|"
        r"mit diesem namen|with that name)\b|not in (?:\w+ ){0,2}directory|"
        r"adresse de messagerie inconnue|"
        r"there is no (?:one|user|such)|bad destination mailbox|recipientnotfound|"
        r"recipnotfound|unrouteable address|unknown or illegal alias|not known here|"
        r"recipient not found|nosuchuser|no such (?:e-?mail|id|mailbox)|"
        r"does not exist|doesn.t exist|(?:\bnot|isn.t) a (?:valid|known|"
        r"recognized) (?:user|mailbox|recipient|address)|user .{0,40}not (?:known|"
        r"found)|destinataire invalide|n.existe (?:pas|plus)|bestaat niet|"
        r"existiert nicht|aucun (?:utilisateur|compte)|mailbox .{0,40}not found|"
        r"(?:address|recipient|mailbox) .{0,60}(?:does not|doesn.t) exist|"
        r"address not found|adresse (?:electronique |e-?mail |"
        r"de messagerie )?.{0,30}introuvable|has moved|no longer (?:works|employed|"
        r"exists)"
    ),
}
# What such a failure says of our side, and so of nobody whom we write to.
_OURS = (
    r"(?:(?<!to )(?<!to the )\bsender\b(?:'s)?|\bsending|mail ?from|"
    r"envelope[ -]from|return[ -]?(?:path|address)|reverse[ -]path|"
    r"\bfrom (?:address|header|domain)|absender\w{0,10}|"
    r"expediteur|afzender\w{0,10}|your (?:domain|account|(?:e-?mail )?(?:address|"
    r"account)|mailbox))"
)
_FAULTY = (
    r"(?:unknown|not found|(?:does ?n.?t|does not|not) exist|non-?existent|invalid|"
    r"not (?:an? )?(?:valid|known|listed)|disabled|suspended|locked|deactivated|"
    r"blocked|unbekannt|existiert nicht|ungue?ltig|gesperrt|inconnue?|inexistante?|"
    r"invalide|n.existe pas|onbekend|ongeldig|bestaat niet)\b"
)
_NOT_ABOUT_THEM = {
    Failure.SENDER: re.compile(
        r"\bfrom (?:an )?unknown (?:host|client|server)|"
        rf"{_OURS}(?: <>)?(?: [\w']{{1,20}}){{0,4}}:? {_FAULTY}|"
        rf"(?:ongeldige?|invalide?|ungue?ltige?|unknown|onbekende?) (?:[\w']{{1,20}} )"
        rf"{{0,2}}{_OURS}|verify (?:\w{{1,20}} ){{0,2}}sender|sender verif\w*"
    ),
    Failure.THROTTLE: re.compile(
        r"too many (?:invalid|unknown|non-?existent|bad) (?:\w{1,20} )?(?:recipients?|"
        r"users?|addresses|mailboxes)|\bharvest"
    ),
}
_OF_A_READER = {Failure.HARD, Failure.DOMAIN, Failure.DISABLED}
_PATTERNS = {failure: re.compile(words) for failure, words in _WORDS.items()}


def folded(text: str) -> str:
    """Return text as the patterns want it: without links, addresses and IPs too."""
    text = text[:_LONGEST].replace("’", "'").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    for pattern, mark in ((_URL, " "), (_ADDRESS, "<>"), (_IPV4, " ")):
        plain = pattern.sub(mark, plain)
    return _SPACE.sub(" ", plain)


@lru_cache(maxsize=256)
def said(text: str) -> frozenset[Failure]:
    """Return every failure that the words of a text may speak of."""
    plain = folded(text[:_TELLING])
    heard = {failure for failure, words in _PATTERNS.items() if words.search(plain)}
    for failure, words in _NOT_ABOUT_THEM.items():
        if heard & _OF_A_READER and words.search(plain):
            heard = heard - _OF_A_READER | {failure}
    return frozenset(heard)
