// Only so that there is a target whose headers are compiled once for all tests.
