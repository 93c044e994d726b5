-- What typed rows say against each other. {place}, {by} … stand for columns of ours, by name.

-- name: several_names
-- Agents with several rows; of these the ones below whose number several names stand.
with agents as (
  select agent_id, count(distinct name) as names, min(agent_id) as example from typed
  where agent_id is not null and name is not null group by agent_id having count(*) > 1)
select count(*) filter (names > 1), count(*), min(example) filter (names > 1) from agents

-- name: several_places
-- Agents with several of a place in a month.
with moved as (
  select agent_id, its_month(due_date) as month from typed where {place} is not null
  group by all having count(distinct {place}) > 1)
select count(*), min(agent_id || ' ' || strftime(month, '%Y-%m')) from moved

-- name: last_place
create or replace table typed as with moved as (
  select agent_id, its_month(due_date) as month, arg_max({place}, (due_date, row)) as last
  from typed where {place} is not null
  group by agent_id, its_month(due_date) having count(distinct {place}) > 1)
select typed.* replace (coalesce(moved.last, typed.{place}) as {place}) from typed
left join moved on moved.agent_id = typed.agent_id and moved.month = its_month(typed.due_date)

-- name: netted
-- Policies with a negative premium as one row each month: premiums added up.
create or replace table typed as select * replace ({sums}) from typed
window same as (partition by policy_id, its_month(due_date))
qualify row_number() over (
  partition by policy_id, its_month(due_date) order by ({negative}), row) = 1
or not bool_or({negative}) over same

-- name: as_objects
-- Policies of one object or customer in a month as one row: renewed by any or all, premiums added
-- up, the first row's agent.
create or replace table typed as
select * replace (
  case when {some}(outcome = 'renewed') over same then 'renewed'
       when bool_or(outcome = 'open') over same then 'open' else 'lost' end as outcome,
  sum(premium_due) over same as premium_due, sum(premium_renewed) over same as premium_renewed)
from typed
window same as (partition by coalesce({by}, sheet || row::varchar), its_month(due_date))
qualify row_number() over (
  partition by coalesce({by}, sheet || row::varchar), its_month(due_date) order by sheet, row) = 1

-- name: twice
-- Rows behind policy numbers that stand twice in a month, the numbers, and of these the ones with
-- several customers.
with repeated as (
  select policy_id, count(*) as rows, count(distinct {customer}) as customers from typed
  where policy_id is not null and due_date is not null
  group by policy_id, its_month(due_date) having count(*) > 1)
select coalesce(sum(rows), 0)::bigint, count(*), count(*) filter (customers > 1),
  (select count(*) from typed), min(policy_id) from repeated

-- name: later
create or replace table typed as select * from typed
qualify policy_id is null or due_date is null
  or row_number() over (
    partition by policy_id, its_month(due_date) order by sheet desc, row desc) = 1

-- name: both
create or replace table typed as select * replace (
  case when count(*) over (partition by policy_id, its_month(due_date)) > 1
       then policy_id || '/' || {mark} else policy_id end as policy_id) from typed

-- name: not_numbered
-- Entries below the new numbers that are no number and no word for nothing.
select count(*), min(new_policy_id) from typed
where new_policy_id is not null and not {numbered}
  and not list_contains($none, lower(new_policy_id))

-- name: half_given
select count(*), min(agent_id || ' ' || strftime(last_month, '%Y-%m')) from typed
where agent_id is not null and ({part} is null) <> ({whole} is null)

-- name: early
select count(*) filter (renewed_on < due_date - to_days($days)), count(*) from typed
where renewed_on is not null and due_date is not null

-- name: months
select its_month(min({place})), its_month(max({place})), count(distinct its_month({place}))
from typed where {place} is not null

-- name: told_rate
select sum(renewal_rate * {weight}) / nullif(sum({weight}), 0), count(distinct agent_id)
from typed where renewal_rate is not null

-- name: amounts_apart
select count(*), min(row), arg_min({place}, row) from typed
where {place} > $middle * $far or ({place} > 0 and {place} < $middle / $far)
