"""Processes for what must be measured apart; all come from one that has imported the program already."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext

_PRELOADED = ["bench.writers", "bench.importing"]


def apart() -> ForkServerContext:
    """Where to start processes and make pipes to them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context
