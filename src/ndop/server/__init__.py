"""The reference server as a process."""
