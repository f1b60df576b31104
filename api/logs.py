"""Log lines: one per line of text, in UTC, without the arguments of anybody's request."""

from __future__ import annotations

import logging
import re
import sys
import time

__all__ = ["configure_logging"]


# What ends a line for some reader of logs, or steers the terminal of another.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class _OneLine(logging.Formatter):
    """A formatter whose record stays on one line and leaves out exception text, which may carry submitted values."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            kind = record.exc_info[0]
            record.msg, record.args = f"{record.getMessage()} [{kind.__qualname__ if kind else 'exception'}]", None
            record.exc_info = record.exc_text = None
        return _STEERING.sub(" ", super().format(record).replace("\n", " | "))


def configure_logging(level: str) -> None:
    """Send the program's log lines to standard error; standard output belongs to what a command prints."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Which revision is which is said by `caseledger migrate`; at each start it is noise.
    logging.getLogger("alembic").setLevel(max(logging.getLogger().level, logging.WARNING))
    # A line for each time that an issuer's keys are fetched; what goes wrong there is told in our own words.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(max(logging.getLogger().level, logging.WARNING))
    # The server's own access line holds the query string, and with it the variables of a GET.
    logging.getLogger("uvicorn.access").disabled = True
