"""Hand-overs (移交): all customers of one owner go to another, however many there are (S04)."""
