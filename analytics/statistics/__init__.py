"""One method a file: plain numbers and arrays in, numbers or frozen results out; nothing here knows
agents or teams."""
