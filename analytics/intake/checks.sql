-- name: policies
-- What no single cell can show: a policy twice in one month, an outcome that its own dates
-- contradict.
with twin as (
  select policy_id, its_month(due_date) as month from typed
  where policy_id is not null and due_date is not null group by all having count(*) > 1
),
several as (
  select t.row, t.sheet, t.policy_id,
    twin.month from typed t join twin on twin.policy_id = t.policy_id
    and twin.month = its_month(t.due_date)
),
earliest as (
  select policy_id, month, min({'sheet': sheet, 'row': row}) as place from several group by all
)
select s.row, s.sheet, 'policy_id' as field, s.policy_id as value, 'duplicate' as reason
from several s join earliest e on e.policy_id = s.policy_id and e.month = s.month
  where {'sheet': s.sheet, 'row': s.row} <> e.place
union all
select row, sheet, 'outcome', raw_outcome, 'contradiction' from typed
where outcome in ('lost', 'open') and renewed_on <= due_date + to_days($grace)
union all
select row, sheet, 'renewed_on', renewed_on::varchar,
  'renewed_early' from typed where renewed_on < due_date - to_days($early)
union all
select row, sheet, 'renewed_on', renewed_on::varchar,
  'renewed_future' from typed where renewed_on > $today::date
union all
select row, sheet, 'due_date', due_date::varchar,
  'far_future' from typed where year(due_date) <= 2100 and due_date > $today::date + to_years(3)
union all
select row, sheet, 'due_date', due_date::varchar,
  'date_range' from typed where year(due_date) not between 1990 and 2100
union all
select row, sheet, 'premium_due', premium_due::varchar, 'negative' from typed where premium_due < 0
union all
select row, sheet, 'premium_renewed', premium_renewed::varchar,
  'negative' from typed where premium_renewed < 0
union all
select row, sheet, 'due_date', null,
  'missing' from typed where due_date is null and raw_due_date is null and outcome is distinct
  from 'open'
union all
select row, sheet, 'outcome', null, 'missing' from typed
where outcome is null and raw_outcome is null and renewed_on is null and raw_renewed_on is null
  and not $has_renewed_on

-- name: agents
select row, sheet, 'agent_id' as field, agent_id as value, 'duplicate' as reason from typed
where row not in (select min(row) from typed group by agent_id, month)
  and (agent_id, coalesce(month, date '1900-01-01')) in
      (select (agent_id, coalesce(month, date '1900-01-01')) from typed group by agent_id,
        month having count(*) > 1)

-- name: contacts
select row, sheet, 'policy_id' as field, null as value, 'missing' as reason from typed
where policy_id is null and customer_id is null and raw_policy_id is null
  and raw_customer_id is null

-- name: scoresheet
-- The same agent twice in a period, however its cells write it; parts of a month, which add up, are
-- periods of their own.
with dated as (
  select typed.sheet, typed.row, typed.part, agent_id,
    coalesce(case when not coalesce(spans.part, false)
      then typed.first_month::varchar || typed.last_month::varchar end, raw_period, '') as period
  from typed left join spans on spans.text = typed.period
)
select row, sheet, part, 'agent_id' as field, agent_id as value, 'duplicate' as reason from dated
where (agent_id, period) in (select (agent_id, period) from dated group by agent_id,
  period having count(*) > 1)
  and (sheet, row, part) not in (select min((sheet, row, part)) from dated group by agent_id,
    period)
