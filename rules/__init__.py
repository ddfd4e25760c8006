"""The law as data, and how to count with it. Pure: standard library and stdnum only."""
