"""Renew the golden files: `make golden`, then read the diff."""

from tests.golden import FOLDER, forms

for name, content in forms():
    (FOLDER / name).write_text(content, encoding="utf-8")
