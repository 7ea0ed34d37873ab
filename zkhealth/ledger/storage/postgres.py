"""PostgreSQL: to come."""
