"""Frames to files that others open: CSV, XLSX; inert, in the reader's language."""
