"""From the box to a watched camera: find, log in once, ask consent, write, accept, report."""
