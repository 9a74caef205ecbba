"""The embedded services: PostgreSQL, the broker, and the supervisor of all processes."""
