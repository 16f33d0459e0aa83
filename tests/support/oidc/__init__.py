"""A real identity provider, started by the tests that need one."""
