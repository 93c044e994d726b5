"""Values → points → scores → grades and ranks; numbers only."""
