"""Tests of delivery: database, outbox, receipts, publisher."""
