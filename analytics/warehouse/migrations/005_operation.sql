-- The latest operation of the state store's journal whose change this warehouse holds: what tells,
-- after a crash, whether an operation got as far as here, and whether the file is an earlier one
-- than the journal speaks of.
alter table meta add column operation bigint;
update meta set operation = 0;
