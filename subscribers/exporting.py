"""Write people out to a file that any spreadsheet opens, and our import reads back."""
