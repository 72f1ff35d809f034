"""Which row of the register is shown by which test."""
