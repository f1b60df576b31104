"""From an `Authorization` header to who signed in: issuers, their keys, and the one function that decodes a token."""
