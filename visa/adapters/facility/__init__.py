"""Sources of people, instruments and experiments. Today: files that a user office exports (`file`)."""
