"""Files that belong to the objects of a service: versions, verification (S11, S70, S118)."""
