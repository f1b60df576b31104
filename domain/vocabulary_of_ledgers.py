"""The code lists of what a trust declares about its own ledger."""

from __future__ import annotations

from domain.codes import Code, listed

LEDGER_LISTS: dict[str, tuple[Code, ...]] = {
    "key_change_causes": listed(
        ("SCHEDULED", "Scheduled", "The key is replaced after a while, as the trust has decided."),
        ("COMPROMISED", "Compromised", "Somebody else may have the key; what it signed from then on proves nothing."),
        ("STAFF_CHANGE", "Change of staff", "Somebody who could reach the key has left."),
        ("OTHER", "Other", "Another cause, said in words."),
    ),
    "epoch_causes": listed(
        ("RESTORED_FROM_BACKUP", "Restored from a backup", "The database was put back to an earlier state."),
        ("FAILED_OVER", "Failed over", "Another server took over that lacked what was recorded last."),
        ("OTHER", "Other", "Another cause, said in words."),
    ),
}
