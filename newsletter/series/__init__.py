"""Recurring issues: rhythms, the drafts they prepare, and what became of each."""
