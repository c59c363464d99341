"""Issues: composed once, sent to each reader in their own language."""
