"""The door for people in a browser: what a session keeps, how a passage looks, and one file a page."""
