"""Are models trained with the new documents better? Scorers, learners, experiments, statistics, verdicts."""
