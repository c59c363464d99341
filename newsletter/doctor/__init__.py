"""The domain doctor: what receivers see of a list's sender, and what to publish."""
