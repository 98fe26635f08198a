"""The store of several machines: PostgreSQL. One server process opens it by ``store.PostgresStore``."""
