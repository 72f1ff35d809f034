"""The results of a run: results.json, and the reports that are made from it."""
