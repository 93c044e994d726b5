-- Records → measures per agent and month. Portable core only
-- (tests/analytics/warehouse/test_rollup_portable.py): the same text runs on every engine of the
-- README's table. What a policy is (renewed, open, stale …) stands in views/policy_state.sql; here
-- it is counted. Where nothing has closed, what was renewed is not known yet: missing, not 0.
with policy as (
  select
    p.policy_id as policy_id, p.agent_id as agent_id, p.month as month, p.due_date as due_date,
      p.renewed_on as renewed_on,
    p.premium_due as premium_due, p.premium_renewed as premium_renewed, p.first_term as first_term,
      p.customer_id as customer_id,
    p.satisfaction as satisfaction, p.complaints as complaints, p.contacts as contacts,
      p.state as state, p.kept as kept,
    p.quoted_on as quoted_on, p.quoted as quoted, p.started_on as started_on,
      p.life_month as life_month
  from policy_state as p
  where p.month between $first_month and $last_month and ($channel is null or p.channel = $channel)
),
policy_month as (
  select month as month from policy group by month
),
first_contact as (
  select p.policy_id as policy_id, p.month as month,
    min(cast(c.contacted_at as date)) as contacted_on
  from policy as p
  inner join current_contacts as c on c.policy_id = p.policy_id
  inner join rule as r on r.lead_days is not null
  where p.state = 'renewed' and coalesce(c.effective, true) and c.contacted_at >= $contact_from
    and cast(c.contacted_at as date) <= p.renewed_on
      and date_diff('day', cast(c.contacted_at as date), p.due_date) <= r.lead_days
  group by p.policy_id, p.month
  union all
  select p.policy_id as policy_id, p.month as month,
    min(cast(c.contacted_at as date)) as contacted_on
  from policy as p
  inner join current_contacts as c on c.customer_id = p.customer_id and c.agent_id = p.agent_id
  inner join rule as r on r.lead_days is not null
  where p.state = 'renewed' and coalesce(c.effective, true) and c.contacted_at >= $contact_from
    and c.policy_id is null
    and cast(c.contacted_at as date) <= p.renewed_on
      and date_diff('day', cast(c.contacted_at as date), p.due_date) <= r.lead_days
  group by p.policy_id, p.month
),
earliest_contact as (
  select policy_id as policy_id, month as month, min(contacted_on) as contacted_on
    from first_contact group by policy_id, month
),
cycle as (
  select
    p.agent_id as agent_id, p.month as month,
    sum(date_diff('day', e.contacted_on, p.renewed_on)) as cycle_days, count(*) as cycled_policies
  from policy as p
  inner join earliest_contact as e on e.policy_id = p.policy_id and e.month = p.month
  where p.state = 'renewed'
  group by p.agent_id, p.month
),
-- Policies due of one customer, who decides on them together; whoever is not known is a customer of
-- one policy.
customer_month as (
  select
    agent_id as agent_id, month as month, customer_id as customer, count(*) as due,
    sum(case when state = 'renewed' then 1 else 0 end) as renewed
  from policy
  where state in ('renewed', 'late', 'lost', 'stale') and customer_id is not null
  group by agent_id, month, customer_id
),
customer_spread as (
  select
    agent_id as agent_id, month as month, sum(due) as due, sum(renewed) as renewed,
      sum(due * due) as due_sq,
    sum(renewed * renewed) as renewed_sq, sum(due * renewed) as cross_product
  from customer_month
  group by agent_id, month
),
policy_sum as (
  select
    agent_id as agent_id, month as month,
    sum(case when state in ('renewed', 'late', 'lost', 'stale') then 1 else 0 end) as due_policies,
    sum(case when state = 'renewed' then 1 when state in ('late', 'lost', 'stale')
      then 0 end) as renewed_policies,
    sum(case when state = 'late' then 1 else 0 end) as late_renewals,
    sum(case when state = 'open' then 1 else 0 end) as open_policies,
    sum(case when state = 'open' then kept else 0 end) as open_renewed,
    sum(case when state = 'stale' then 1 else 0 end) as stale_open,
    sum(case when state = 'excluded' then 0 else 1 end) as held_policies,
    sum(case when state = 'excluded' then 1 else 0 end) as excluded_policies,
    -- Renewed, and not one renewed premium known: a file without them says nothing of premiums,
    -- instead of 0.
    case when sum(case when state = 'renewed' then 1 else 0 end) = 0
           or sum(case when state = 'renewed' and premium_renewed is not null then 1 else 0 end) > 0
             then 1 end as tells_premium,
    sum(case when state = 'renewed' and premium_renewed is null then null
             when state in ('renewed', 'late', 'lost', 'stale')
               then premium_due end) as due_premium,
    sum(case when state = 'renewed' then premium_renewed
             when state in ('late', 'lost', 'stale') and premium_due is not null
               then 0 end) as renewed_premium,
    sum(case when state = 'renewed' and premium_renewed < premium_due then premium_renewed
             when state = 'renewed' and premium_renewed is not null then premium_due
             when state in ('late', 'lost', 'stale') and premium_due is not null
               then 0 end) as retained_premium,
    sum(case when state = 'renewed' and premium_renewed is null then null when state in ('renewed',
      'late', 'lost', 'stale')
             then premium_due * premium_due end) as due_premium_sq,
    sum(case when state = 'renewed'
      then premium_renewed * premium_renewed end) as renewed_premium_sq,
    sum(case when first_term and state in ('renewed', 'late', 'lost', 'stale') then 1
      when first_term is not null then 0 end) as first_term_due,
    sum(case when first_term and state = 'renewed' then 1 when first_term is not null
      then 0 end) as first_term_renewed,
    -- Of a policy due nothing is told of quotes: of this agent and month nothing is, instead of too
    -- few.
    case when sum(case when quoted is null and state in ('renewed', 'late', 'lost', 'stale') then 1
      else 0 end) = 0 then 1 end as tells_quotes,
    sum(case when state in ('renewed', 'late', 'lost', 'stale') then quoted end) as quoted_policies,
    sum(case when quoted = 1 and state in ('renewed', 'late', 'lost', 'stale')
      then date_diff('day', quoted_on, due_date)
             when state in ('renewed', 'late', 'lost', 'stale') then 0 end) as quote_lead_days,
    sum(case when life_month = 13 and state in ('renewed', 'late', 'lost', 'stale') then 1
      when started_on is not null then 0 end) as month_13_due,
    sum(case when life_month = 13 and state = 'renewed' then 1 when started_on is not null
      then 0 end) as month_13_renewed,
    sum(case when life_month = 25 and state in ('renewed', 'late', 'lost', 'stale') then 1
      when started_on is not null then 0 end) as month_25_due,
    sum(case when life_month = 25 and state = 'renewed' then 1 when started_on is not null
      then 0 end) as month_25_renewed,
    sum(contacts) as contacts, sum(complaints) as complaints,
    sum(satisfaction) as survey_points, sum(satisfaction * satisfaction) as survey_points_sq,
    sum(case when satisfaction is null then 0 else 1 end) as surveys
  from policy
  group by agent_id, month
),
contact_sum as (
  select
    agent_id as agent_id, month as month, count(*) as contacts,
    sum(case when coalesce(effective, true) then 1 else 0 end) as effective_contacts,
      max(as_of) as as_of
  from current_contacts
  inner join rule as r on r.cut is null or cast(contacted_at as date) <= r.cut
  where month between $first_month and $last_month
  group by agent_id, month
),
customer_day as (
  select agent_id as agent_id, month as month, cast(contacted_at as date) as day,
    coalesce(customer_id, policy_id) as customer
  from current_contacts
  inner join rule as r on r.cut is null or cast(contacted_at as date) <= r.cut
  where month between $first_month and $last_month and coalesce(customer_id, policy_id) is not null
  group by agent_id, month, cast(contacted_at as date), coalesce(customer_id, policy_id)
),
customer_sum as (
  select agent_id as agent_id, month as month, count(*) as contacted_customers from customer_day
    group by agent_id, month
),
working as (
  select c.agent_id as agent_id, c.month as month, sum(k.working) as working_days
  from contact_sum as c
  inner join calendar as k on k.month = c.month
  left join agent_hired as h on h.agent_id = c.agent_id
  inner join rule as r on r.cut is null or k.day <= r.cut
  where k.day <= c.as_of and (h.hired_on is null or h.hired_on <= k.day)
  group by c.agent_id, c.month
),
survey_sum as (
  select
    agent_id as agent_id, month as month, sum(points) as survey_points,
      sum(points * points) as survey_points_sq, count(*) as surveys
  from current_surveys
  inner join rule as r on r.cut is null or surveyed_on <= r.cut
  where month between $first_month and $last_month
  group by agent_id, month
),
complaint_sum as (
  select
    agent_id as agent_id, month as month, count(*) as complaints,
      sum(case when upheld then 1 else 0 end) as upheld_complaints
  from current_complaints
  inner join rule as r on r.cut is null or received_on <= r.cut
  where month between $first_month and $last_month
  group by agent_id, month
),
assessed as (
  select agent_id as agent_id, month as month, count(*) as ratings
  from current_assessments
  inner join rule as r on r.cut is null or assessed_on <= r.cut
  where month between $first_month and $last_month
  group by agent_id, month
),
base as (
  select agent_id as agent_id, month as month from policy_sum
  union distinct select agent_id as agent_id, month as month from contact_sum
  union distinct select agent_id as agent_id, month as month from survey_sum
  union distinct select agent_id as agent_id, month as month from complaint_sum
  union distinct select agent_id as agent_id, month as month from assessed
)
select
  b.agent_id as agent_id, b.month as month,
  p.due_policies as due_policies, p.renewed_policies as renewed_policies,
    p.late_renewals as late_renewals,
  p.open_policies as open_policies, p.open_renewed as open_renewed, p.stale_open as stale_open,
  p.excluded_policies as excluded_policies,
    case when n.month is not null then coalesce(p.held_policies, 0) end as held_policies,
  case when p.tells_premium = 1 then p.due_premium end as due_premium,
  case when p.tells_premium = 1 then p.renewed_premium end as renewed_premium,
  case when p.tells_premium = 1 then p.retained_premium end as retained_premium,
  case when p.tells_premium = 1 then p.due_premium_sq end as due_premium_sq,
  case when p.tells_premium = 1 then p.renewed_premium_sq end as renewed_premium_sq,
  g.due_sq + p.due_policies - g.due as customer_due_sq,
  g.renewed_sq + p.renewed_policies - g.renewed as customer_renewed_sq,
  g.cross_product + p.renewed_policies - g.renewed as customer_cross,
  p.first_term_due as first_term_due, p.first_term_renewed as first_term_renewed,
  case when p.tells_quotes = 1 then p.quoted_policies end as quoted_policies,
  case when p.tells_quotes = 1 then p.quote_lead_days end as quote_lead_days,
  p.month_13_due as month_13_due, p.month_13_renewed as month_13_renewed,
  p.month_25_due as month_25_due, p.month_25_renewed as month_25_renewed,
  y.cycle_days as cycle_days, y.cycled_policies as cycled_policies,
  coalesce(c.contacts, p.contacts) as contacts, c.effective_contacts as effective_contacts,
  d.contacted_customers as contacted_customers, w.working_days as working_days,
  coalesce(s.survey_points, p.survey_points) as survey_points,
  coalesce(s.survey_points_sq, p.survey_points_sq) as survey_points_sq,
  coalesce(s.surveys, nullif(p.surveys, 0)) as surveys,
  -- Nobody complained of an agent with policies: 0. Of one without any there is nothing to say.
  case when k.month is not null then coalesce(q.complaints,
    case when p.held_policies > 0 then 0 end) else p.complaints end as complaints,
  case when k.month is not null then coalesce(q.upheld_complaints,
    case when p.held_policies > 0 then 0 end) end as upheld_complaints
from base as b
left join policy_sum as p on p.agent_id = b.agent_id and p.month = b.month
left join customer_spread as g on g.agent_id = b.agent_id and g.month = b.month
left join cycle as y on y.agent_id = b.agent_id and y.month = b.month
left join contact_sum as c on c.agent_id = b.agent_id and c.month = b.month
left join customer_sum as d on d.agent_id = b.agent_id and d.month = b.month
left join working as w on w.agent_id = b.agent_id and w.month = b.month
left join survey_sum as s on s.agent_id = b.agent_id and s.month = b.month
left join complaint_sum as q on q.agent_id = b.agent_id and q.month = b.month
left join complaint_months as k on k.month = b.month
left join policy_month as n on n.month = b.month
