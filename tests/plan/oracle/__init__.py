"""An executor of every query that knows no SQL: it folds the ledger's events and answers from what they say."""
