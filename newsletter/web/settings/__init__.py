"""Settings: a screen each for the letter, its languages, sections, sender and look."""
