"""The read-plan compiler: a validated GraphQL query becomes one SQL statement that answers it in finished JSON."""
