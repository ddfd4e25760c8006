"""Sample data: a city and two counties that do not exist, made by taking the real steps with the clock moved."""
