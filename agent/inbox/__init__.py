"""What cameras push: thin edges (HTTP, FTP, MQTT) and one core that keeps it like a probe's find.

    edge: who sends, within what limits -> item -> desk: quota, duplicates, pace -> child -> record

Nothing of this package is imported without ``[inbox]`` in the agent's configuration.
"""
