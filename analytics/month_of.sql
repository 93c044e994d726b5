-- The month that a day counts for, as its first day: months begin on a day of their own (26: from
-- the 26th to the 25th) and are named after the calendar month in which they end. model.month_of
-- says the same in Python.
create or replace macro month_of(day, begins) as
  case when begins = 1 then cast(date_trunc('month', cast(day as date)) as date)
       else cast(date_trunc('month', cast(day as date) - cast(begins - 1 as integer))
         + to_months(1) as date) end;
