"""What schemathesis holds every answer to: nothing unexpected went wrong. What a rule refuses is no fault."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.check
def nothing_unexpected(_context: object, response: schemathesis.Response, _case: Any) -> None:
    """No fault of the server, be it told by the status or by the code of an error."""
    assert response.status_code < 500, response.status_code
    answer = response.json()
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert not codes & {"INTERNAL_ERROR", "UNAVAILABLE", "QUERY_TIMEOUT", "KEYS_UNAVAILABLE"}, codes
    assert "data" in answer or codes, answer
