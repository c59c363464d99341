"""Who may ask for what: a table per screen, `RULES`, gathered by test_roles.py."""

from newsletter.models import Role

# Nobody logged in is needed: readers, guests with a link of their own, machines.
ANYBODY = frozenset({*Role, None})
STAFF = frozenset(Role)
WRITERS = frozenset({Role.ADMIN, Role.EDITOR})
# Translators too, each in their own languages; which ones is tested with the screen.
TRANSLATORS = frozenset({Role.ADMIN, Role.EDITOR, Role.TRANSLATOR})
ADMINS = frozenset({Role.ADMIN})

Rules = dict[tuple[str, str], frozenset[Role | None]]
