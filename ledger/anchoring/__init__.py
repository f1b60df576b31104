"""Where checkpoints are handed to, outside of the operator's reach: each sink takes a note and gives a receipt."""
