"""The path of the main job: the loop, its outcomes, the ledger and the run folder."""
