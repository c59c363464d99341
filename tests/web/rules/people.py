"""The pages about subscribers."""

from tests.web.rules import STAFF, WRITERS, Rules

RULES: Rules = {
    ("GET", "/forms"): STAFF,
    ("GET", "/returns"): STAFF,
    ("POST", "/returns/{bounce_id}/lift"): WRITERS,
}
