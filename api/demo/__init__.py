"""The demonstration trust: five invented schools, each on one of the five policy packs, and their example log."""
