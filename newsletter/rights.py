"""What one person may ask for, across people, ledger and notices."""
