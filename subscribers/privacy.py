"""What one person may ask of us: everything we hold about them, and to be forgotten."""
