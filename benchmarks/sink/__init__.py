"""The time-series sink against a real server: its pace, its losses, its effect on receipts."""
