"""Files that people send: one reader for all of them, and the page that shows what they would change."""
