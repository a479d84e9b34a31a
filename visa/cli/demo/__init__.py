"""`visa demo`: the whole platform on this machine with a sample facility, from one command and in one folder."""
