"""The pages: public ones for readers, a few for staff, and what guards them."""
