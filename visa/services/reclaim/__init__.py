"""Taking back what is no longer used: warned before in full, preserved by the reconcile loop, never a cloud call here."""
