"""Taking in files of other systems: read, check each row, stage, merge by set."""
