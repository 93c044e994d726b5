"""What people write (schemes, recipes, settings, coaching): SQLite or PostgreSQL through SQLAlchemy
Core."""
