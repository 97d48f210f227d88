"""One file for each question asked of a new document; `catalog` lists them, `calibration` says how far each may go."""
