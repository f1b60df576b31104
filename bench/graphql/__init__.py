"""The GraphQL read API against its peers: the same questions to the same database, one server loaded at a time."""
