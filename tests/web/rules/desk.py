"""The news desk: what is seen, brought and moved there."""

from tests.web.rules import STAFF, TRANSLATORS, WRITERS, Rules

RULES: Rules = {
    ("GET", "/desk"): STAFF,
    ("GET", "/desk/rows/{item_id}"): STAFF,
    ("POST", "/desk/list"): STAFF,
    ("POST", "/desk/paste"): WRITERS,
    ("POST", "/desk/move"): WRITERS,
    ("POST", "/desk/undo"): WRITERS,
    ("POST", "/desk/start"): WRITERS,
    ("GET", "/desk/add"): WRITERS,
    ("POST", "/desk/add"): WRITERS,
    ("GET", "/desk/sources"): STAFF,
    ("POST", "/desk/sources"): WRITERS,
    ("POST", "/desk/sources/{source_id}"): WRITERS,
    ("GET", "/desk/items/new"): WRITERS,
    ("POST", "/desk/items"): WRITERS,
    ("GET", "/desk/items/{item_id}"): STAFF,
    ("POST", "/desk/items/{item_id}"): WRITERS,
    ("POST", "/desk/items/{item_id}/read"): WRITERS,
    ("POST", "/desk/items/{item_id}/picture"): WRITERS,
    ("POST", "/desk/items/{item_id}/words/{language}"): TRANSLATORS,
}
