"""Benchmarks: what the design promises in figures, each measured beside its peer in one run."""
