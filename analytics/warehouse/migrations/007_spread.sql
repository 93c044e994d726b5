-- What the spread of sums hangs on: squares of premiums, and of how many policies due one customer
-- has in a month (due_sq), how many of them were renewed (renewed_sq) and both (cross). Filled by
-- the next roll-up.
alter table agent_month add column due_premium_sq decimal(38, 4);
alter table agent_month add column renewed_premium_sq decimal(38, 4);
alter table agent_month add column customer_due_sq bigint;
alter table agent_month add column customer_renewed_sq bigint;
alter table agent_month add column customer_cross bigint;
