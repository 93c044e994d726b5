"""Bytes in; typed records, or a list of issues with file, sheet, row and column, out."""
