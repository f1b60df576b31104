"""The servers that ours is measured against; each runs in a process of its own."""
