"""The road from a pending row to results on it: claim, read, store, and the ledger."""
