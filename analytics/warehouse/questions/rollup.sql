-- Records → measures per agent and month. Portable core only (tests/analytics/warehouse/test_rollup_portable.py): the same
-- text runs on every engine of the README's table. Domain rules: window, closed windows, exclusions, late renewals, cycle.
with policy as (
  select
    p.policy_id as policy_id, p.agent_id as agent_id, p.month as month, p.due_date as due_date, p.renewed_on as renewed_on,
    p.outcome as outcome, p.premium_due as premium_due, p.premium_renewed as premium_renewed, p.first_term as first_term,
    p.customer_id as customer_id, p.satisfaction as satisfaction, p.complaints as complaints, p.contacts as contacts,
    case
      when p.exclusion is not null then 'excluded'
      when p.outcome = 'open' then 'open'
      when date_diff('day', p.due_date, p.as_of) <= coalesce(g.grace_days, $grace_days) then 'open'
      when date_diff('day', p.due_date, p.renewed_on) > coalesce(g.grace_days, $grace_days) then 'late'
      when p.outcome = 'renewed' then 'renewed'
      when p.outcome is null and p.renewed_on is not null then 'renewed'
      else 'lost'
    end as state
  from current_policies as p
  left join product_grace as g on g.product = p.product
  where p.month between $first_month and $last_month and ($channel is null or p.channel = $channel)
),
first_contact as (
  select p.policy_id as policy_id, p.month as month, min(cast(c.contacted_at as date)) as contacted_on
  from policy as p
  inner join current_contacts as c on c.policy_id = p.policy_id
  where p.state = 'renewed' and coalesce(c.effective, true) and c.contacted_at >= $contact_from
    and cast(c.contacted_at as date) <= p.renewed_on and date_diff('day', cast(c.contacted_at as date), p.due_date) <= $lead_days
  group by p.policy_id, p.month
  union all
  select p.policy_id as policy_id, p.month as month, min(cast(c.contacted_at as date)) as contacted_on
  from policy as p
  inner join current_contacts as c on c.customer_id = p.customer_id and c.agent_id = p.agent_id
  where p.state = 'renewed' and coalesce(c.effective, true) and c.contacted_at >= $contact_from and c.policy_id is null
    and cast(c.contacted_at as date) <= p.renewed_on and date_diff('day', cast(c.contacted_at as date), p.due_date) <= $lead_days
  group by p.policy_id, p.month
),
earliest_contact as (
  select policy_id as policy_id, month as month, min(contacted_on) as contacted_on from first_contact group by policy_id, month
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
policy_sum as (
  select
    agent_id as agent_id, month as month,
    sum(case when state in ('renewed', 'late', 'lost') then 1 else 0 end) as due_policies,
    sum(case when state = 'renewed' then 1 else 0 end) as renewed_policies,
    sum(case when state = 'late' then 1 else 0 end) as late_renewals,
    sum(case when state = 'open' then 1 else 0 end) as open_policies,
    sum(case when state = 'excluded' then 1 else 0 end) as excluded_policies,
    sum(case when state = 'renewed' and premium_renewed is null then null
             when state in ('renewed', 'late', 'lost') then premium_due end) as due_premium,
    sum(case when state = 'renewed' then premium_renewed
             when state in ('late', 'lost') and premium_due is not null then 0 end) as renewed_premium,
    sum(case when state = 'renewed' and premium_renewed < premium_due then premium_renewed
             when state = 'renewed' and premium_renewed is not null then premium_due
             when state in ('late', 'lost') and premium_due is not null then 0 end) as retained_premium,
    sum(case when first_term is null then null when first_term and state in ('renewed', 'late', 'lost') then 1 else 0 end) as first_term_due,
    sum(case when first_term is null then null when first_term and state = 'renewed' then 1 else 0 end) as first_term_renewed,
    sum(contacts) as contacts, sum(complaints) as complaints,
    sum(satisfaction) as survey_points, sum(satisfaction * satisfaction) as survey_points_sq,
    sum(case when satisfaction is null then 0 else 1 end) as surveys
  from policy
  group by agent_id, month
),
contact_sum as (
  select
    agent_id as agent_id, month as month, count(*) as contacts,
    sum(case when coalesce(effective, true) then 1 else 0 end) as effective_contacts, max(as_of) as as_of
  from current_contacts
  where month between $first_month and $last_month
  group by agent_id, month
),
customer_day as (
  select agent_id as agent_id, month as month, cast(contacted_at as date) as day, coalesce(customer_id, policy_id) as customer
  from current_contacts
  where month between $first_month and $last_month and coalesce(customer_id, policy_id) is not null
  group by agent_id, month, cast(contacted_at as date), coalesce(customer_id, policy_id)
),
customer_sum as (
  select agent_id as agent_id, month as month, count(*) as contacted_customers from customer_day group by agent_id, month
),
working as (
  select c.agent_id as agent_id, c.month as month, sum(k.working) as working_days
  from contact_sum as c
  inner join calendar as k on k.month = c.month
  left join agent_hired as h on h.agent_id = c.agent_id
  where k.day <= c.as_of and (h.hired_on is null or h.hired_on <= k.day)
  group by c.agent_id, c.month
),
survey_sum as (
  select
    agent_id as agent_id, month as month, sum(points) as survey_points, sum(points * points) as survey_points_sq, count(*) as surveys
  from current_surveys
  where month between $first_month and $last_month
  group by agent_id, month
),
complaint_sum as (
  select
    agent_id as agent_id, month as month, count(*) as complaints, sum(case when upheld then 1 else 0 end) as upheld_complaints
  from current_complaints
  where month between $first_month and $last_month
  group by agent_id, month
),
assessed as (
  select agent_id as agent_id, month as month, count(*) as ratings
  from current_assessments
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
  p.due_policies as due_policies, p.renewed_policies as renewed_policies, p.late_renewals as late_renewals,
  p.open_policies as open_policies, p.excluded_policies as excluded_policies,
  p.due_premium as due_premium, p.renewed_premium as renewed_premium, p.retained_premium as retained_premium,
  p.first_term_due as first_term_due, p.first_term_renewed as first_term_renewed,
  y.cycle_days as cycle_days, y.cycled_policies as cycled_policies,
  coalesce(c.contacts, p.contacts) as contacts, c.effective_contacts as effective_contacts,
  d.contacted_customers as contacted_customers, w.working_days as working_days,
  coalesce(s.survey_points, p.survey_points) as survey_points,
  coalesce(s.survey_points_sq, p.survey_points_sq) as survey_points_sq,
  coalesce(s.surveys, nullif(p.surveys, 0)) as surveys,
  case when k.month is not null then coalesce(q.complaints, 0) else p.complaints end as complaints,
  case when k.month is not null then coalesce(q.upheld_complaints, 0) end as upheld_complaints
from base as b
left join policy_sum as p on p.agent_id = b.agent_id and p.month = b.month
left join cycle as y on y.agent_id = b.agent_id and y.month = b.month
left join contact_sum as c on c.agent_id = b.agent_id and c.month = b.month
left join customer_sum as d on d.agent_id = b.agent_id and d.month = b.month
left join working as w on w.agent_id = b.agent_id and w.month = b.month
left join survey_sum as s on s.agent_id = b.agent_id and s.month = b.month
left join complaint_sum as q on q.agent_id = b.agent_id and q.month = b.month
left join complaint_months as k on k.month = b.month
