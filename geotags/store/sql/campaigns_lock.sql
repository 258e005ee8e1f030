-- Two campaigns made at once could bring two contents of one ruleset. Readers do not wait, and neither do loads.
LOCK TABLE campaigns IN SHARE ROW EXCLUSIVE MODE
