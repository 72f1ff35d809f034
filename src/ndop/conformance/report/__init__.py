"""What a run found: results.json, and the reports made of it."""
