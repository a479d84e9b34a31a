"""The shapes of the API: what is accepted, strictly, and what is shown. They know services' views and no database."""
