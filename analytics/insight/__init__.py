"""One question a file, asked of an Evaluation."""
