"""The pages about subscribers."""

from tests.web.rules import STAFF, WRITERS, Rules

RULES: Rules = {
    ("GET", "/subscribers"): STAFF,
    ("GET", "/subscribers/figures"): STAFF,
    ("GET", "/subscribers/people"): WRITERS,
    ("GET", "/subscribers/many"): STAFF,
    ("GET", "/subscribers/{subscriber_id}"): WRITERS,
    ("GET", "/subscribers/{subscriber_id}/data.json"): WRITERS,
    ("POST", "/subscribers/{subscriber_id}/erase"): WRITERS,
    ("POST", "/subscribers/{subscriber_id}/{doing}"): WRITERS,
    ("GET", "/forms"): STAFF,
    ("GET", "/returns"): STAFF,
    ("POST", "/returns/{bounce_id}/lift"): WRITERS,
}
