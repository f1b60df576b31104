"""`python -m bench.graphql.profiled VERB ...`: the program with a profiler on each of its threads.

What it counts is processor time of the thread, so that waiting for the database or for a request counts nothing. The
signal SIGUSR1 has it forget what it has counted so far; at the end it writes the rest where `BENCH_PROFILE` says.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from api.cli import main

PROFILE = "BENCH_PROFILE"


class Profiles:
    """One profile for each thread, begun when the thread begins."""

    def __init__(self) -> None:
        self._profiles: list[cProfile.Profile] = []

    def begin(self, *_event: Any) -> None:
        """Profile the present thread from here on."""
        profile = cProfile.Profile(time.thread_time)
        self._profiles.append(profile)
        profile.enable()

    def forget(self, *_signal: Any) -> None:
        """Count anew, in all threads."""
        for profile in self._profiles:
            profile.clear()

    def write(self, path: Path) -> None:
        """Write what all threads counted."""
        counted = [profile for profile in self._profiles if profile.getstats()]
        for profile in counted:
            profile.disable()
        pstats.Stats(*counted).dump_stats(path)


def run(argv: list[str], path: Path) -> int:
    """Run one verb, profiled."""
    profiles = Profiles()
    signal.signal(signal.SIGUSR1, profiles.forget)
    threading.setprofile(profiles.begin)
    profiles.begin()
    try:
        return main(argv)
    finally:
        sys.setprofile(None)
        profiles.write(path)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], Path(os.environ[PROFILE])))
