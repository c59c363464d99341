"""Relays: what each of them takes, and who may use how much of it now."""

from newsletter.relays.estimating import Cause, Estimate, estimate
from newsletter.relays.groups import KNOWN, domains_of, group_named, group_of
from newsletter.relays.leases import give_back, give_back_all, lease, leased
from newsletter.relays.pace import brake, braked, pace
from newsletter.relays.presets import PRESETS, Preset, propose
from newsletter.relays.profiles import (
    FIGURES,
    Profile,
    Statement,
    get,
    of_list,
    profiles,
    require,
    state,
)
from newsletter.relays.slots import HORIZON, Slots, reserve, used
from newsletter.relays.windows import PATIENCE, TOLERANCE
from newsletter.relays.words import duration, limit_in_words, limits_in_words, say

__all__ = [
    "FIGURES",
    "HORIZON",
    "KNOWN",
    "PATIENCE",
    "PRESETS",
    "TOLERANCE",
    "Cause",
    "Estimate",
    "Preset",
    "Profile",
    "Slots",
    "Statement",
    "brake",
    "braked",
    "domains_of",
    "duration",
    "estimate",
    "get",
    "give_back",
    "give_back_all",
    "group_named",
    "group_of",
    "lease",
    "leased",
    "limit_in_words",
    "limits_in_words",
    "of_list",
    "pace",
    "profiles",
    "propose",
    "require",
    "reserve",
    "say",
    "state",
    "used",
]
