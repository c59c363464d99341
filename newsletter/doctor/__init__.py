"""The domain doctor: what receivers see of a list's sender, and what to publish."""

from newsletter.doctor.comparing import compare
from newsletter.doctor.diagnosis import (
    Check,
    Colour,
    Diagnosis,
    Phrase,
    Record,
    shown,
    worst,
)
from newsletter.doctor.examine import (
    SECONDS,
    Examination,
    Memory,
    World,
    examine,
    names,
    offline,
    world,
)
from newsletter.doctor.house import broken_database, check_database, check_house
from newsletter.doctor.keeping import Standing, claim, due, keep, standing
from newsletter.doctor.letter import loop_letter
from newsletter.doctor.patient import Kind, Patient, Way, patient_of, way_of
from newsletter.doctor.practice import Practice

__all__ = [
    "SECONDS",
    "Check",
    "Colour",
    "Diagnosis",
    "Examination",
    "Kind",
    "Memory",
    "Patient",
    "Phrase",
    "Practice",
    "Record",
    "Standing",
    "Way",
    "World",
    "broken_database",
    "check_database",
    "check_house",
    "claim",
    "compare",
    "due",
    "examine",
    "keep",
    "loop_letter",
    "names",
    "offline",
    "patient_of",
    "shown",
    "standing",
    "way_of",
    "world",
    "worst",
]
