"""The claim pack: all that is known of one pre-claim, in one file that proves itself unchanged."""
