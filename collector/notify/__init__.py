"""Who is told what, when and in which words. Pure."""
