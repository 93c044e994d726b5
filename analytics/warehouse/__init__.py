"""The DuckDB file: records, the one rollup to agent-months, and the questions asked of them."""
