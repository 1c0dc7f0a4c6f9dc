"""What Alembic runs to make the tables, or to bring older ones up to date."""
