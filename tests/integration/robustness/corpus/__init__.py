"""The corpus of bad input by classes: a module each, and in it the cases of the class."""
