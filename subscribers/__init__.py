"""People: who may be mailed, in which language, and why."""
