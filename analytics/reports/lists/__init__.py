"""Lists: a frame and its columns, made once for page, export and command."""
