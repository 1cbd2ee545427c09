"""The camera zoo: devices that lie, hang, flood or are broken, and what may be said of them.

``python -m tests.zoo`` lists them, ``python -m tests.zoo NAME`` keeps one open for other tests.
"""
