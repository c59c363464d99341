"""The pages of settings: staff read them, admins change them."""

from tests.web.rules import ADMINS, STAFF, Rules

RULES: Rules = {
    ("GET", "/settings"): STAFF,
    ("GET", "/settings/letter"): STAFF,
    ("POST", "/settings/letter"): ADMINS,
    ("POST", "/settings/lists"): ADMINS,
    ("GET", "/settings/languages"): STAFF,
    ("POST", "/settings/languages"): ADMINS,
    ("GET", "/settings/sections"): STAFF,
    ("POST", "/settings/sections"): ADMINS,
    ("GET", "/settings/sender"): STAFF,
    ("POST", "/settings/sender"): ADMINS,
    ("GET", "/settings/sender/domain"): STAFF,
    ("POST", "/settings/sender/domain"): ADMINS,
    ("POST", "/settings/sender/relays/{name}"): ADMINS,
    ("POST", "/settings/sender/relays/{name}/try"): ADMINS,
    ("GET", "/settings/look"): STAFF,
    ("POST", "/settings/look"): ADMINS,
    ("GET", "/settings/look/letter"): STAFF,
    ("POST", "/settings/look/letter"): ADMINS,
    ("POST", "/settings/look/logo"): ADMINS,
    ("POST", "/settings/look/template"): ADMINS,
    ("GET", "/settings/privacy"): STAFF,
    ("GET", "/series/new"): STAFF,
    ("POST", "/series/new"): ADMINS,
    ("GET", "/series/{series_id}"): STAFF,
    ("POST", "/series/{series_id}"): ADMINS,
    ("POST", "/series/{series_id}/pause"): ADMINS,
    ("POST", "/series/{series_id}/resume"): ADMINS,
    ("POST", "/series/{series_id}/remove"): ADMINS,
}
