"""The pages about subscribers."""

from tests.web.rules import STAFF, WRITERS, Rules

RULES: Rules = {
    ("GET", "/subscribers"): STAFF,
    ("GET", "/subscribers/figures"): STAFF,
    ("GET", "/subscribers/people"): WRITERS,
    ("GET", "/subscribers/many"): STAFF,
    ("GET", "/subscribers/import"): WRITERS,
    ("POST", "/subscribers/import"): WRITERS,
    ("GET", "/subscribers/import/{errand_id}"): WRITERS,
    ("POST", "/subscribers/import/{errand_id}/columns"): WRITERS,
    ("POST", "/subscribers/import/{errand_id}/go"): WRITERS,
    ("POST", "/subscribers/imports/{import_id}/undo"): WRITERS,
    ("GET", "/subscribers/import/{errand_id}/refused.csv"): WRITERS,
    ("GET", "/subscribers/{subscriber_id}"): WRITERS,
    ("GET", "/subscribers/{subscriber_id}/data.json"): WRITERS,
    ("POST", "/subscribers/{subscriber_id}/erase"): WRITERS,
    ("POST", "/subscribers/{subscriber_id}/{doing}"): WRITERS,
    ("GET", "/forms"): STAFF,
    ("GET", "/returns"): STAFF,
    ("POST", "/returns/{bounce_id}/lift"): WRITERS,
}
