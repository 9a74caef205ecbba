"""What machines read out of the records: engines, the analysis road, training, evaluation."""
