"""Renew the golden files: `make golden`, then read the diff."""

from tests.golden import FOLDER, forms

for name, content in forms():
    file = FOLDER / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(content, encoding="utf-8")
