"""The forms in which a replayed case is given: to read on a terminal, as JSON, as CSV, and printed."""
