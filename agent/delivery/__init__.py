"""What leaves the agent: the one database, the outbox, signed evidence and the publisher."""
