"""The login doctor: names the cause of a failed login, without costing the account more."""
