-- The day on which a company's months begin.
alter table rule add column month_begins integer;
update rule set month_begins = 1;
