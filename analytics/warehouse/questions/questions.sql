-- name: measures
-- Sums over the chosen months per agent, the team of the month, and which measures are there:
-- within a row a measure is there in all its months or in none, so that any two of them may be
-- divided. Agents with a scoresheet of these months come month by month.
with apart as (
  select distinct agent_id, true as apart from current_scoresheet where first_month >= $first_month
    and last_month <= $last_month
),
figure as (
  select f.*, case when a.apart then f.month end as only_month
  from agent_figures f left join apart a on a.agent_id = f.agent_id
  where f.month between $first_month and $last_month
)
select
  agent_id, team, only_month as month,
  sum(columns($measures))::double
from figure
group by agent_id, team, only_month, there
order by agent_id, team, only_month, there

-- name: month_dispersion
-- Whether the months of one agent differ in their renewals more than chance makes of independent
-- policies: Pearson's χ² over the year up to the period's end against the agent's own rate, moved
-- as the whole company's is in that month, and its degrees of freedom.
with figure as (
  select agent_id, month, due_policies as n, renewed_policies as k from agent_month
  where month > $last_month - interval 12 month and month <= $last_month and due_policies > 0
),
agent as (
  select agent_id, sum(k) / sum(n) as rate from figure group by agent_id having count(*) > 1
    and sum(k) > 0 and sum(k) < sum(n)
),
moved as (
  select month, sum(k) / sum(n) - (select sum(k) / sum(n) from figure) as by from figure
    group by month
),
expected as (
  select f.agent_id, f.month, f.n, f.k, least(greatest(a.rate + m.by, 0.01), 0.99) as p
  from figure f inner join agent a on a.agent_id = f.agent_id inner
    join moved m on m.month = f.month
)
select
  coalesce(sum((k - n * p) * (k - n * p) / (n * p * (1 - p))), 0)::double as statistic,
  (count(*) - count(distinct agent_id) - greatest(count(distinct month) - 1, 0))::double as freedom
from expected

-- name: month_spread
-- How far results that sheets state month by month vary between the months of one agent, over the
-- year up to the period's end and apart from what moved everybody in a month: sums of squares,
-- degrees of freedom and months, by measure.
with given as (
  select agent_id, measure, first_month as month, avg(value) as value from current_scoresheet
  where first_month = last_month and first_month > $last_month - interval 12 month
    and first_month <= $last_month
  group by agent_id, measure, first_month
),
agent as (
  select agent_id, measure, avg(value) as level from given group by agent_id,
    measure having count(*) > 1
),
apart as (
  select g.agent_id, g.measure, g.month, g.value - a.level as value
  from given g inner join agent a on a.agent_id = g.agent_id and a.measure = g.measure
),
moved as (
  select measure, month, avg(value) as value from apart group by measure, month
)
select a.measure, sum((a.value - m.value) * (a.value - m.value))::double as squares,
  (count(*) - count(distinct a.agent_id) - greatest(count(distinct a.month) - 1,
    0))::double as freedom,
  count(distinct a.month)::bigint as months
from apart a inner join moved m on m.measure = a.measure and m.month = a.month
group by a.measure order by a.measure

-- name: items
select i.agent_id, r.team, case when a.apart then i.month end as month, i.item,
  sum(i.points)::double as points, sum(i.ratings)::double as ratings
from agent_month_item i left join roster_month r on r.agent_id = i.agent_id and r.month = i.month
left join (
  select distinct agent_id, true as apart from current_scoresheet where first_month >= $first_month
    and last_month <= $last_month
) a on a.agent_id = i.agent_id
where i.month between $first_month and $last_month
group by i.agent_id, r.team, case when a.apart then i.month end, i.item
order by all

-- name: targets
-- Whose target is not their own in the chosen months, and what stands in for it: count_basis and
-- premium_basis are own, median_target (the median of the others' targets), median_result (the
-- median agent's result), or why the month has none; count_others and premium_others are how many
-- others' values stand behind the median; given_targets how many targets the month has at all.
with result as (
  select agent_id, month, bool_or(of_count) as of_count, bool_or(of_premium) as of_premium from (
    select agent_id, month, renewed_policies is not null as of_count,
      renewed_premium is not null as of_premium from agent_month
    union all
    select agent_id, unnest(generate_series(first_month, last_month, interval 1 month))::date,
      measure = 'renewed_policies', measure = 'renewed_premium'
    from current_scoresheet
  ) group by agent_id, month
),
behind as (
  select r.month, count(r.goal_count) as count_targets, count(r.goal_premium) as premium_targets,
    count(*) filter (r.count_basis = 'median_result' and f.of_count) as count_results,
    count(*) filter (r.premium_basis = 'median_result' and f.of_premium) as premium_results
  from roster_month r left join result f on f.agent_id = r.agent_id and f.month = r.month
  where r.month between $first_month and $last_month group by r.month
)
select r.agent_id, r.month, r.target_count_filled::double as count_filled, r.count_basis,
  r.target_premium_filled::double as premium_filled, r.premium_basis,
  case r.count_basis when 'median_target' then b.count_targets when 'median_result'
    then b.count_results - coalesce(f.of_count, false)::integer end as count_others,
  case r.premium_basis when 'median_target' then b.premium_targets when 'median_result'
    then b.premium_results - coalesce(f.of_premium, false)::integer end as premium_others,
  b.count_targets + b.premium_targets as given_targets
from roster_month r join behind b on b.month = r.month left join result f on f.agent_id = r.agent_id
  and f.month = r.month
where r.month between $first_month and $last_month and (r.count_basis not in ('own', 'none')
  or r.premium_basis not in ('own', 'none'))
order by r.agent_id, r.month

-- name: every_target
-- Every agent-month's target: as given, as it counts, and what is in force where there is none.
select agent_id, month, name, team, branch, standing, goal_count,
  target_count::double as target_count,
  target_count_filled::double as target_count_filled, count_basis, goal_premium,
    target_premium::double as target_premium,
  target_premium_filled::double as target_premium_filled, premium_basis
from roster_month where month between $first_month and $last_month order by agent_id, month

-- name: as_of_range
-- As of which days the policies of some months speak, all of them and those whose windows are open.
select min(as_of) as first, max(as_of) as last,
  min(case when state = 'open' then as_of end) as open_first,
  max(case when state = 'open' then as_of end) as open_last
from policy_state where month between $first_month and $last_month

-- name: windows
-- The policies whose windows are open, when the last of them closes, and those still open after
-- their window.
select sum((state = 'open')::integer) as open_policies,
  sum((state = 'stale')::integer) as stale_open,
  max(case when state = 'open' then due_date + grace end) as closes_on
from policy_state where month between $first_month and $last_month

-- name: kinds_of_months
select distinct m.kind from load_months m where m.month between $first_month and $last_month
  order by m.kind

-- name: sheet_roster
-- Who the agents with scoresheets were in every month of them, and their targets: goal_* as given
-- for the whole month, goal_*_filled with the median of the others' where there is none, target_*
-- as they count.
with usual as (
  select month, median(goal_count) as goal_count, median(goal_premium) as goal_premium
  from roster_month where month between $first_month and $last_month group by month
)
select r.agent_id, r.month, r.team, r.goal_count, r.goal_premium,
  r.target_count::double as target_count,
  r.target_count_filled::double as target_count_filled, r.count_basis,
    r.target_premium::double as target_premium,
  r.target_premium_filled::double as target_premium_filled, r.premium_basis,
  case r.count_basis when 'own' then r.goal_count when 'median_target'
    then u.goal_count end as goal_count_filled,
  case r.premium_basis when 'own' then r.goal_premium when 'median_target'
    then u.goal_premium end as goal_premium_filled
from roster_month r semi join current_scoresheet s on s.agent_id = r.agent_id
  join usual u on u.month = r.month
where r.month between $first_month and $last_month order by r.agent_id, r.month

-- name: people
-- Who the agents of the chosen months are, as of their last month in it.
select
  agent_id, arg_max(name, month) as name, arg_max(team, month) as team,
    arg_max(branch, month) as branch,
  arg_max(region, month) as region, arg_max(supervisor, month) as supervisor,
    max(hired_on) as hired_on, max(left_on) as left_on,
  count(distinct team) as teams
from roster_month where month between $first_month and $last_month group by agent_id
  order by agent_id

-- name: facts_of
-- Who an agent is on a day, whether or not any month has figures: the latest fact known up to that
-- day's month, else the first after it, as in roster.sql.
with fact as (
  select f.*, coalesce(f.month, month_of(f.as_of, r.month_begins)) as since, f.load_id as seq,
    month_of($day::date, r.month_begins) as upto
  from known_facts f cross join rule r
)
select agent_id,
  coalesce(arg_max(name, (since, seq, name)) filter (since <= upto),
    arg_min(name, (month is not null, since, -seq, name))) as name,
  coalesce(arg_max(team, (since, seq, team)) filter (since <= upto),
    arg_min(team, (month is not null, since, -seq, team))) as team,
  coalesce(arg_max(branch, (since, seq, branch)) filter (since <= upto),
    arg_min(branch, (month is not null, since, -seq, branch))) as branch,
  coalesce(arg_max(region, (since, seq, region)) filter (since <= upto),
    arg_min(region, (month is not null, since, -seq, region))) as region,
  coalesce(arg_max(supervisor, (since, seq, supervisor)) filter (since <= upto),
    arg_min(supervisor, (month is not null, since, -seq, supervisor))) as supervisor,
  max(hired_on) as hired_on, max(left_on) as left_on
from fact group by agent_id order by agent_id

-- name: scoresheets
-- Already-counted rows that touch the chosen months; `covered` when the months lie wholly inside.
select agent_id, first_month, last_month, measure, value, load_id,
  first_month >= $first_month and last_month <= $last_month as covered
from current_scoresheet where last_month >= $first_month and first_month <= $last_month
order by agent_id, measure, first_month, last_month, load_id

-- name: months
-- Every month that has figures, how many policies in it are still open, and whether it was only
-- counted by somebody else.
with m as (
  select month, sum(due_policies)::bigint as due_policies,
    sum(open_policies)::bigint as open_policies, count(*) as agents from agent_month group by month
), s as (
  select distinct unnest(generate_series(first_month, last_month, interval 1 month))::date as month
    from current_scoresheet
)
select coalesce(m.month, s.month) as month, coalesce(m.due_policies, 0)::bigint as due_policies,
  coalesce(m.open_policies, 0)::bigint as open_policies, coalesce(m.agents, 0)::bigint as agents
from m full join s on s.month = m.month order by 1

-- name: by_month
-- One agent's sums month by month, for the chart over the months.
select month, sum(columns($measures))::double
from agent_figures
where month between $first_month and $last_month and agent_id = $agent_id
group by month order by month

-- name: team_by_month
-- The same for a team, by who belonged to it in each month; null for the whole company.
select month, sum(columns($measures))::double
from agent_figures
where month between $first_month and $last_month and ($team is null or team = $team)
group by month order by month

-- name: team_members
-- The measures of a team's other members by month, a row each: of sixty of them, enough to say that
-- a figure is no single one's.
select * from agent_figures
where month between $first_month and $last_month and ($team is null or team = $team)
  and agent_id <> $agent_id
qualify dense_rank() over (order by agent_id) <= 60

-- name: channels
select distinct channel from current_policies where channel is not null order by channel

-- name: loads
select load_id, kind, file, sha256, recipe, as_of, loaded_at, sample, row_count, loaded, rejected,
  replaced, months_mode,
  coalesce((select list(distinct strftime(month, '%Y-%m') order by strftime(month, '%Y-%m'))
    from load_months m where m.load_id = l.load_id), []) as months
from loads l order by load_id

-- name: dated_loads
-- Loads of records that stand in a month.
select distinct load_id from load_months order by load_id

-- name: months_of_load
select distinct strftime(month, '%Y-%m') as month from load_months where load_id = $load_id
  order by month

-- name: load_shape
-- How many agents a load names and which months it touches.
select count(distinct agent_id) as agents from (
  select agent_id from policies where load_id = $load_id union all select agent_id from contacts
    where load_id = $load_id
  union all select agent_id from surveys where load_id = $load_id union all select agent_id
    from complaints where load_id = $load_id
  union all select agent_id from assessments where load_id = $load_id union all select agent_id
    from agent_facts where load_id = $load_id
  union all select agent_id from scoresheet where load_id = $load_id)

-- name: population
select count(*) as policies, count(distinct agent_id) as agents, min(month) as first_month,
  max(month) as last_month from current_policies

-- name: spellings
-- Every agent as the files spell them, with how many rows of which kind name them and what they are
-- called.
with rows as (
  select agent_id, 'policies' as kind from policies where current union all select agent_id,
    'contacts' from contacts where current
  union all select agent_id, 'surveys' from surveys where current union all select agent_id,
    'complaints' from complaints where current
  union all select agent_id, 'assessments' from assessments where current union all select agent_id,
    'scoresheet' from scoresheet where current
  union all select agent_id, 'agents' from agent_facts
), named as (select agent_id, max(name) as name from agent_facts group by agent_id)
select agent_id, count(*) as rows, list(distinct kind order by kind) as kinds,
  any_value(named.name) as name
from rows left join named using (agent_id) group by agent_id order by agent_id

-- name: unmatched
-- Who is in a roster and in no record, who is in records and in no roster (where there is a roster
-- at all), and policies that contacts or complaints name and no file of policies does.
with roster as (
  select distinct f.agent_id from known_facts f join loads l using (load_id) where l.kind = 'agents'
),
named as (
  select agent_id, 'policies' as kind, count(*) as rows from current_policies group by agent_id
  union all select agent_id, 'policies', count(*) from policies where current and month is null
    group by agent_id
  union all select agent_id, 'contacts', count(*) from current_contacts group by agent_id
  union all select agent_id, 'surveys', count(*) from current_surveys group by agent_id
  union all select agent_id, 'complaints', count(*) from current_complaints group by agent_id
  union all select agent_id, 'assessments', count(*) from current_assessments group by agent_id
  union all select agent_id, 'scoresheet', count(*) from current_scoresheet group by agent_id
)
select 'roster_only' as side, 'agents' as kind, agent_id as id, 1::bigint as rows from roster
where agent_id not in (select agent_id from named) and exists (select 1 from named)
union all
select 'records_only', kind, agent_id, sum(rows)::bigint from named
where agent_id not in (select agent_id from roster) and exists (select 1 from roster) group by kind,
  agent_id
union all
select 'policy_unknown', kind, policy_id, count(*) from (
  select policy_id, 'contacts' as kind from current_contacts where policy_id is not null
  union all select policy_id, 'complaints' from current_complaints where policy_id is not null
) where policy_id not in (select policy_id from policies where current)
  and exists (select 1 from policies)
group by kind, policy_id
order by side, kind, id

-- name: policy
-- One policy as it counts now, by its number (and month, where it fell due more than once).
select p.policy_id, p.month, p.agent_id, p.due_date, p.outcome, p.renewed_on,
  p.premium_due::double as premium_due, p.premium_renewed::double as premium_renewed,
  p.exclusion, p.satisfaction::double as satisfaction, p.product, p.channel, l.file, p.row
from current_policies p join loads l using (load_id)
where p.policy_id = $policy_id and ($month is null or p.month = $month) order by p.month desc

-- name: policies_of
-- One agent's policies of a period as they count now.
select policy_id, month, due_date, outcome, renewed_on, premium_due::double as premium_due,
  premium_renewed::double as premium_renewed, exclusion,
  satisfaction::double as satisfaction, product, channel
from current_policies where agent_id = $agent_id and month between $first_month and $last_month
  order by due_date, policy_id

-- name: custom_measures
-- Numbers of scoresheets that nobody knows and that were kept as they were.
select distinct measure from current_scoresheet where starts_with(measure, 'custom.')
  order by measure

-- name: cases
-- The policies of the months whose window has closed, counted by whatever could explain their
-- outcome; token: an id that hangs on the policies alone, not on what agents are called.
with case_of as (
  select p.agent_id, r.team, coalesce(r.region, r.branch) as region, p.product, p.channel,
    p.first_term,
    case when p.premium_due is null then null when p.premium_due < 500 then '<500'
      when p.premium_due < 1500 then '500–1500' when p.premium_due < 3000 then '1500–3000'
      when p.premium_due < 6000 then '3000–6000' else '6000+' end as premium_band,
    coalesce(p.customer_id, p.policy_id) as token,
      case when p.state = 'renewed' then 1 else 0 end as renewed
  from policy_state p
  left join roster_month r on r.agent_id = p.agent_id and r.month = p.month
  where p.month between $first_month and $last_month and p.state in ('renewed', 'late', 'lost',
    'stale')
)
select agent_id, team, region, product, channel, first_term, premium_band,
  count(*)::bigint as n, sum(renewed)::bigint as renewed, min(token) as token
from case_of
group by agent_id, team, region, product, channel, first_term, premium_band
order by agent_id, token, team, region, product, channel, first_term, premium_band

-- name: monthly
-- The measures of every agent and month, with the team of that month.
select agent_id, team, month, columns($measures)::double
from agent_figures
where month between $first_month and $last_month order by agent_id, month

-- name: own_rates
-- Renewal rates that scoresheets state, beside the counts of the same agent and months: from
-- records, else from the same sheet.
with given as (
  select agent_id, first_month, last_month, max(value) as rate from current_scoresheet
  where measure = 'renewal_rate' and first_month >= $first_month and last_month <= $last_month
  group by agent_id, first_month, last_month
), counted as (
  select g.agent_id, g.first_month, g.last_month, 0 as origin,
    sum(columns(* exclude (agent_id, first_month, last_month, rate, month)))::double
  from given g join agent_month m on m.agent_id = g.agent_id
    and m.month between g.first_month and g.last_month
  group by g.agent_id, g.first_month, g.last_month
), stated as (
  select agent_id, first_month, last_month, 1 as origin,
    sum(value) filter (measure = 'renewed_policies') as renewed_policies,
    sum(value) filter (measure = 'due_policies') as due_policies,
    sum(value) filter (measure = 'late_renewals') as late_renewals,
    sum(value) filter (measure = 'open_policies') as open_policies,
    sum(value) filter (measure = 'open_renewed') as open_renewed,
    sum(value) filter (measure = 'excluded_policies') as excluded_policies,
    sum(value) filter (measure = 'due_premium') as due_premium,
    sum(value) filter (measure = 'renewed_premium') as renewed_premium,
    sum(value) filter (measure = 'retained_premium') as retained_premium
  from current_scoresheet group by agent_id, first_month, last_month
), known as (
  select agent_id, first_month, last_month,
    arg_min(columns(* exclude (agent_id, first_month, last_month, origin)), origin)
  from (select * from counted union all by name select * from stated)
  group by agent_id, first_month, last_month
)
select g.*, k.* exclude (agent_id, first_month, last_month)
  replace (coalesce(open_renewed, case when open_policies = 0 then 0 end) as open_renewed)
from given g
left join known k on k.agent_id = g.agent_id and k.first_month = g.first_month
  and k.last_month = g.last_month
order by g.agent_id, g.first_month

-- name: records_policies
-- One agent's policies of a period and what each is (views/policy_state.sql), with the file and row
-- it came from.
select p.policy_id, p.due_date, p.state, p.outcome, p.renewed_on,
  p.premium_due::double as premium_due,
  p.premium_renewed::double as premium_renewed, p.first_term, p.product, p.channel, p.customer_id,
    p.exclusion,
  p.satisfaction::double as satisfaction, p.complaints, p.contacts, p.quoted_on, p.started_on,
    p.as_of, l.file, p.row
from policy_state p join loads l using (load_id)
where p.agent_id = $agent_id
  and p.month between $first_month and $last_month and ($channel is null or p.channel = $channel)
order by p.due_date, p.policy_id

-- name: records_surveys
select s.surveyed_on, s.points::double as points, l.file,
  s.row from current_surveys s join loads l using (load_id)
where s.agent_id = $agent_id and s.month between $first_month and $last_month
  order by s.surveyed_on, s.row

-- name: records_complaints
select c.received_on, c.upheld, c.policy_id, l.file, c.row from current_complaints c
  join loads l using (load_id)
where c.agent_id = $agent_id and c.month between $first_month and $last_month
  order by c.received_on, c.row

-- name: records_contacts
select c.contacted_at, c.policy_id, c.customer_id, c.effective, l.file,
  c.row from current_contacts c join loads l using (load_id)
where c.agent_id = $agent_id and c.month between $first_month and $last_month
  order by c.contacted_at, c.row

-- name: records_assessments
select a.assessed_on, a.item, a.points::double as points, a.assessor, l.file,
  a.row from current_assessments a join loads l using (load_id)
where a.agent_id = $agent_id and a.month between $first_month and $last_month
  order by a.assessed_on, a.item

-- name: records_scoresheet
-- Already-counted figures of an agent that lie inside the period.
select s.first_month, s.last_month, s.measure, s.value, l.file, s.row from current_scoresheet s
  join loads l using (load_id)
where s.agent_id = $agent_id and s.first_month >= $first_month and s.last_month <= $last_month
  order by s.first_month, s.measure

-- name: records_targets
select month, standing, goal_count, target_count::double as target_count,
  target_count_filled::double as target_count_filled, count_basis,
  goal_premium, target_premium::double as target_premium,
    target_premium_filled::double as target_premium_filled, premium_basis
from roster_month where agent_id = $agent_id and month between $first_month and $last_month
  order by month
