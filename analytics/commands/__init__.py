"""The command line, a file a subject; each command registers itself with `shell.main`."""
