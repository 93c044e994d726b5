"""Published methods that no page and no command calls: each checks one that is called, or waits for
its question."""
