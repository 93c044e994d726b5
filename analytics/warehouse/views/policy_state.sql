-- Every policy that counts now, and what it is on its as-of date: excluded, open (its window has
-- not closed), stale (its file still says open though the window has closed: due and not renewed),
-- late, renewed or lost. `quoted` is 1 or 0 where its load tells of quotes, and `life_month` 13 or
-- 25 where it falls due at the end of its first or second year: 12 or 24 months after it first came
-- into force, a month more or less (365 − 31 … 366 + 31 days). Portable core only, as the rollup.
select
  p.policy_id as policy_id, p.agent_id as agent_id, p.month as month, p.due_date as due_date,
    p.renewed_on as renewed_on,
  p.outcome as outcome, p.premium_due as premium_due, p.premium_renewed as premium_renewed,
    p.first_term as first_term,
  p.product as product, p.channel as channel, p.customer_id as customer_id,
    p.exclusion as exclusion, p.lost_reason as lost_reason,
  p.satisfaction as satisfaction, p.complaints as complaints, p.contacts as contacts,
    p.as_of as as_of, p.load_id as load_id,
  p.row as row, coalesce(g.grace_days, r.grace_days) as grace,
  case
    when p.exclusion is not null then 'excluded'
    when date_diff('day', p.due_date, case when r.cut < p.as_of then r.cut else p.as_of end)
      <= coalesce(g.grace_days, r.grace_days) then 'open'
    when p.outcome = 'open' then 'stale'
    when date_diff('day', p.due_date, p.renewed_on) > coalesce(g.grace_days, r.grace_days)
      then 'late'
    when p.outcome = 'renewed' then 'renewed'
    when p.outcome is null and p.renewed_on is not null then 'renewed'
    else 'lost'
  end as state,
  case
    when p.outcome = 'renewed' and p.renewed_on is null then 1
    when coalesce(p.outcome, 'renewed') = 'renewed' and date_diff('day', p.due_date,
      p.renewed_on) <= coalesce(g.grace_days, r.grace_days) then 1
    else 0
  end as kept,
  p.quoted_on as quoted_on, p.started_on as started_on,
  case
    when p.quotes_told and date_diff('day', p.quoted_on, p.due_date) > 0 then 1
    when p.quotes_told then 0
  end as quoted,
  case
    when date_diff('day', p.started_on, p.due_date) between 334 and 397 then 13
    when date_diff('day', p.started_on, p.due_date) between 699 and 762 then 25
  end as life_month
from current_policies as p
inner join rule as r on r.grace_days is not null
left join product_grace as g on g.product = p.product
