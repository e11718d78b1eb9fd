"""For tests, ours and those of plugin authors: builders, verified fakes, contract suites."""
