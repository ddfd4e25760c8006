"""The rule catalogue (规程目录) and the service guides (办事指南), both read from the books."""
