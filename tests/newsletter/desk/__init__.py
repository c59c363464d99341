"""The news desk."""
