"""What the roles are called, and what each may do, in words for the catalogues."""

from collections.abc import Mapping

from newsletter.i18n import N_
from newsletter.models import Role

NAMES: Mapping[Role, str] = {
    Role.ADMIN: N_("Admin"),
    Role.EDITOR: N_("Editor"),
    Role.TRANSLATOR: N_("Translator"),
    Role.VIEWER: N_("Viewer"),
}
MAY: Mapping[Role, str] = {
    Role.ADMIN: N_("Everything, the team and the settings too."),
    Role.EDITOR: N_("Collects news, composes and sends issues, looks after readers."),
    Role.TRANSLATOR: N_("Writes in their own languages, and sends tests."),
    Role.VIEWER: N_("Reads along and changes nothing."),
}
