"""Ways by which letters go out."""
