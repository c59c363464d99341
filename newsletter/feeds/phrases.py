"""The turns of phrase that invite, place and limit, in four languages."""

import re

_WEEKDAY = (
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|maandag|dinsdag"
    r"|woensdag|donderdag|vrijdag|zaterdag|zondag|montag|dienstag|mittwoch|donnerstag"
    r"|freitag|samstag|sonntag|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday),?\s+)?"
)
BY = re.compile(
    r"(?:avant|au plus tard|d['’]ici|jusqu['’]au|pour"
    r"|vóór|voor|uiterlijk|ten laatste|tegen|tot(?: en met)?"
    r"|bis(?: spätestens)?(?: zum)?|spätestens(?: bis)?(?: zum| am)?|vor(?: dem)?"
    r"|before|by|no later than|until|deadline:?)\s+"
    rf"(?:le\s+|op\s+|den\s+|dem\s+|the\s+)?{_WEEKDAY}(?:le\s+|the\s+|den\s+|dem\s+)?$",
    re.IGNORECASE,
)
REPLY = re.compile(
    r"inscri|réserv|confirm|répon|transmettre|rsvp|annoncer|participant"
    r"|inschrijv|schrijf|aanmeld|meld|bevestig|laat .{0,20}weten|reserve"
    r"|anmeld|zusag|rückmeld|melden"
    r"|regist|sign up|book|reply|let us know",
    re.IGNORECASE,
)
INVITES = re.compile(
    r"rendez-vous|infos? pratiques?|informations pratiques|vous invit|vous convi"
    r"|\binvitent|inscri(?:ption|vez)|soyez|bienvenue [àa]|rejoignez|venez\b"
    r"|entrée (?:libre|gratuite)|\b(?:lieu|quand|heure)\s*[:?]"
    r"|op de afspraak|praktische info|praktisch\s*:|nodig(?:t|en) .{0,40}\buit\b"
    r"|uitgenodigd|uitnodiging|inschrijv|schrijf (?:je|u)|aanmeld|van harte welkom"
    r"|\b(?:wanneer|waar|plaats)\s*[:?]|toegang (?:is )?gratis"
    r"|anmeld|einladung|laden .{0,60}\bein\b|lädt .{0,60}\bein\b|eingeladen|treffpunkt"
    r"|\b(?:wann|wo|ort|beginn)\s*[:?]|willkommen|eintritt (?:ist )?frei"
    r"|join us|you are invited|invites? you|invitation|register|\brsvp|sign up"
    r"|\b(?:when|where|venue)\s*[:?]|meet (?:us )?at|practical info|doors open"
    r"|free entry|admission (?:is )?free|save the date",
    re.IGNORECASE | re.DOTALL,
)
AGENDA = re.compile(
    r"agenda|kalender|calendar|[ée]v[ée]nements?|evenement(?:en)?|events?"
    r"|veranstaltung(?:en)?|termine?|invitations?|uitnodiging|einladung",
    re.IGNORECASE,
)
PLACE_LABEL = re.compile(
    r"\b(?:lieu|où|plaats|waar|locatie|ort|wo|where|venue|place)\s*[:?]\s*"
    r"(?P<place>[^\n;]{3,150})",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"(?:^|[\s,(])(?:à la|à l['’]|au|aux|à|chez|dans (?:la|le|les)|in de|in het|in|te"
    r"|op de|op het|bij|im|in der|in den|auf dem|am|beim|at the|at|in the|@)\s?"
    r"(?P<place>(?:[A-ZÀ-ÖØ-Þ]|\d+[,\s]+(?:rue|avenue|place))[^\n.,;:!?()]{2,80}"
    r"(?:,\s*(?:\d{1,4}\b|[A-ZÀ-ÖØ-Þ]|rue|avenue|place|boulevard|chaussée)"
    r"[^\n.;:!?()]{1,80})?)"
)
# Where the place ends although the sentence goes on.
PLACE_ENDS = re.compile(
    r"\s(?:pour|afin|avec|et|où|de \d|le \d|dès|à \d|voor|met|en|om|waar|für|mit|und|um"
    r"|wo|for|with|and|from|on|to|where)\s.*$"
)
SENTENCE = re.compile(
    r"[.!?…]\s+(?=[A-ZÀ-ÖØ-Þ«\"„“])(?!(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov"
    r"|Dez)\w*)|\n"
)
