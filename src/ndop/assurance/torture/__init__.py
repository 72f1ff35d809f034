"""`ndop torture`: faults under load, a journal of what was acknowledged, and a comparison."""
