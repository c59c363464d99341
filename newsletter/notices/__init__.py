"""Mail to one person that answers what they did: composed, queued and sent."""
