-- name: policies
-- What no single cell can show: a policy twice in one month, an outcome that its own dates contradict.
select row, sheet, 'policy_id' as field, policy_id as value, 'duplicate' as reason
from typed
where (policy_id, date_trunc('month', due_date)) in (
    select (policy_id, date_trunc('month', due_date)) from typed
    where policy_id is not null and due_date is not null
    group by policy_id, date_trunc('month', due_date) having count(*) > 1)
  and (sheet, row) not in (
    select (sheet, min(row)) from typed
    where sheet = (select min(t.sheet) from typed t where t.policy_id = typed.policy_id
                     and date_trunc('month', t.due_date) = date_trunc('month', typed.due_date))
    group by sheet, policy_id, date_trunc('month', due_date))
union all
select row, sheet, 'outcome', raw_outcome, 'contradiction' from typed
where outcome in ('lost', 'open') and renewed_on <= due_date
union all
select row, sheet, 'due_date', due_date::varchar, 'date_range' from typed where year(due_date) not between 1990 and 2100
union all
select row, sheet, 'premium_due', premium_due::varchar, 'negative' from typed where premium_due < 0
union all
select row, sheet, 'premium_renewed', premium_renewed::varchar, 'negative' from typed where premium_renewed < 0
union all
select row, sheet, 'due_date', null, 'missing' from typed where due_date is null and raw_due_date is null and outcome is distinct from 'open'
union all
select row, sheet, 'outcome', null, 'missing' from typed
where outcome is null and raw_outcome is null and renewed_on is null and raw_renewed_on is null and not $has_renewed_on

-- name: agents
select row, sheet, 'agent_id' as field, agent_id as value, 'duplicate' as reason from typed
where row not in (select min(row) from typed group by agent_id, month)
  and (agent_id, coalesce(month, date '1900-01-01')) in
      (select (agent_id, coalesce(month, date '1900-01-01')) from typed group by agent_id, month having count(*) > 1)

-- name: contacts
select row, sheet, 'policy_id' as field, null as value, 'missing' as reason from typed
where policy_id is null and customer_id is null and raw_policy_id is null and raw_customer_id is null

-- name: scoresheet
select row, sheet, 'agent_id' as field, agent_id as value, 'duplicate' as reason from typed
where (agent_id, coalesce(raw_period, '')) in (select (agent_id, coalesce(raw_period, '')) from typed group by agent_id, raw_period having count(*) > 1)
  and row not in (select min(row) from typed group by agent_id, raw_period)
