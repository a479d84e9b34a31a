"""Taking back what is no longer used: warned in full before, preserved by the reconcile loop. No cloud call is here."""
