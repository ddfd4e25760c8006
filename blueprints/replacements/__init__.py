"""One out, one in: the exits and entries of a year, their links, and what the fund can bear."""
