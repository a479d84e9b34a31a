"""The operations, one file a noun. Each opens one transaction, calls services, and shows what they return."""
