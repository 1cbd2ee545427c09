"""The collector: keeps what agents report, decides by policy, and shows it to people."""
