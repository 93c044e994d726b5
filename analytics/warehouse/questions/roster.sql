-- Who an agent was in each month that has figures, and the target that counts in it.
-- Name, team and the like: the latest fact known up to that month. A roster without months speaks
-- from the month of its as-of date on, and for months of which nothing earlier is known as well;
-- else the first fact known after them.
-- A target counts in months from the first roster entry on, between hired_on and left_on, in which
-- the agent holds a policy due or open, in the proportion that has closed; a month that does not
-- count leaves the agent's result out too. Whoever lacks one is measured against the median of the
-- others' targets of that month; where fewer than half have one, everybody against the result of
-- the median agent. (domain.md, "Targets")
insert into roster_month by name
with sheet_month as (
  select agent_id,
    unnest(generate_series(first_month, last_month, interval 1 month))::date as month, measure,
    case when first_month = last_month then value end as value, value as whole
  from current_scoresheet where last_month >= $first_month and first_month <= $last_month
),
sheet as (
  select agent_id, month,
    max(case when measure = 'renewed_policies' then value end) as renewed_policies,
    max(case when measure = 'renewed_premium' then value end) as renewed_premium,
    max(case when measure = 'due_policies' then value end) as due_policies,
    max(case when measure = 'open_policies' then value end) as open_policies,
    -- A sheet of several months has a result in each of them, of which only the sum is known.
    count(case when measure = 'renewed_policies' then 1 end) > 0 as with_count,
    count(case when measure = 'renewed_premium' then 1 end) > 0 as with_premium,
    count(case when measure in ('due_policies', 'renewed_policies', 'due_premium',
      'renewed_premium', 'open_policies') then 1 end) > 0
      -- One that says that nothing is due or open holds nothing.
      and coalesce(max(case when measure = 'due_policies' then whole end)
        + coalesce(max(case when measure = 'open_policies' then whole end), 0), 1) > 0 as holds,
    max(case when measure = 'target_count' then value end) as target_count,
    max(case when measure = 'target_premium' then value end) as target_premium
  from sheet_month where month between $first_month and $last_month group by agent_id, month
),
base as (
  select coalesce(m.agent_id, s.agent_id) as agent_id, coalesce(m.month, s.month) as month,
    coalesce(m.held_policies, 0) > 0 or coalesce(s.holds, false) as holds,
    case when m.held_policies > 0
      and (m.renewed_policies is not null or not coalesce(s.holds, false))
      then m.due_policies::double / m.held_policies
      when s.due_policies + coalesce(s.open_policies, 0) > 0
        then s.due_policies / (s.due_policies + coalesce(s.open_policies, 0))
        else 1.0 end as closed,
    coalesce(m.renewed_policies, s.renewed_policies)::double as renewed_policies,
    coalesce(m.renewed_premium, s.renewed_premium)::double as renewed_premium,
    m.renewed_policies is not null or coalesce(s.with_count, false) as with_count,
    m.renewed_premium is not null or coalesce(s.with_premium, false) as with_premium,
    case when m.renewed_policies is null then s.target_count end as sheet_count,
    case when m.renewed_premium is null then s.target_premium end as sheet_premium
  from (select * from agent_month where month between $first_month and $last_month) m
  full join sheet s on s.agent_id = m.agent_id and s.month = m.month
),
gives as (
  select load_id, count(target_count) > 0 as gives_count,
    count(target_premium) > 0 as gives_premium, count(left_on) > 0 as gives_left
  from agent_facts group by load_id
),
fact as (
  select f.*, coalesce(f.month, month_of(f.as_of, r.month_begins)) as since, f.load_id as seq,
    l.kind = 'agents' as listed,
    g.gives_count, g.gives_premium, g.gives_left
  from known_facts f join loads l using (load_id) join gives g using (load_id) cross join rule r
),
entry as (
  select agent_id, min(since) filter (month is not null) as first_month,
    count(*) filter (month is null) > 0 as undated
  from fact where listed group by agent_id
),
known as (
  select
    b.agent_id, b.month,
    coalesce(arg_max(f.name, (f.since, f.seq, f.name)) filter (f.since <= b.month),
      arg_min(f.name, (f.month is not null, f.since, -f.seq, f.name))) as name,
    coalesce(arg_max(f.team, (f.since, f.seq, f.team)) filter (f.since <= b.month),
      arg_min(f.team, (f.month is not null, f.since, -f.seq, f.team))) as team,
    coalesce(arg_max(f.branch, (f.since, f.seq, f.branch)) filter (f.since <= b.month),
      arg_min(f.branch, (f.month is not null, f.since, -f.seq, f.branch))) as branch,
    coalesce(arg_max(f.region, (f.since, f.seq, f.region)) filter (f.since <= b.month),
      arg_min(f.region, (f.month is not null, f.since, -f.seq, f.region))) as region,
    coalesce(arg_max(f.supervisor, (f.since, f.seq, f.supervisor)) filter (f.since <= b.month),
      arg_min(f.supervisor, (f.month is not null, f.since, -f.seq, f.supervisor))) as supervisor,
    max(f.hired_on) as hired_on,
    -- An empty cell, in a roster that has the column, says that there is none: an older one is not
    -- carried on.
    (arg_max({'value': f.left_on}, (f.seq, f.since, f.left_on))
      filter (f.gives_left and f.listed)).value as left_on,
    coalesce(arg_max({'value': f.target_count}, (f.since, f.seq, f.target_count))
      filter (f.gives_count and f.listed and f.since <= b.month),
             arg_min({'value': f.target_count}, (f.since, -f.seq, f.target_count))
               filter (f.gives_count and f.listed and f.month is null)).value as target_count,
    coalesce(arg_max({'value': f.target_premium}, (f.since, f.seq, f.target_premium))
      filter (f.gives_premium and f.listed and f.since <= b.month),
             arg_min({'value': f.target_premium}, (f.since, -f.seq, f.target_premium))
               filter (f.gives_premium and f.listed and f.month is null)).value as target_premium
  from base b left join fact f on f.agent_id = b.agent_id
  group by b.agent_id, b.month
),
person as (
  select k.* exclude (target_count, target_premium), b.holds, b.closed, b.renewed_policies,
    b.renewed_premium, b.with_count, b.with_premium,
    coalesce(b.sheet_count, k.target_count) as goal_count,
      coalesce(b.sheet_premium, k.target_premium)::double as goal_premium,
    case
      when k.month < month_of(k.hired_on, r.month_begins) then 'before'
      when k.month > month_of(k.left_on, r.month_begins) then 'after'
      when e.agent_id is null then 'unlisted'
      when k.month < e.first_month and not e.undated then 'unknown'
      else 'listed'
    end as standing
  from known k join base b using (agent_id, month) left join entry e on e.agent_id = k.agent_id
    cross join rule r
),
countable as (
  select *, case when counts then goal_count end as own_count,
    case when counts then goal_premium end as own_premium
  from (select *, holds and standing in ('listed', 'unlisted') as counts from person)
),
usual as (
  select month,
    median(own_count) as goal_count, median(own_premium) as goal_premium,
    median(renewed_policies) filter (counts) as result_count,
      median(renewed_premium) filter (counts) as result_premium,
    2 * count(own_count) filter (with_count) < count(*) filter (with_count and counts)
      or count(own_count) = 0 as few_count,
    2 * count(own_premium) filter (with_premium) < count(*) filter (with_premium and counts)
      or count(own_premium) = 0 as few_premium
  from countable group by month
),
judged as (
  select c.*, u.goal_count as usual_count, u.goal_premium as usual_premium, u.result_count,
    u.result_premium,
    case
      when not c.holds then 'none'
      when not c.counts then c.standing
      when u.few_count then 'median_result'
      when c.own_count is null then 'median_target'
      else 'own'
    end as count_basis,
    case
      when not c.holds then 'none'
      when not c.counts then c.standing
      when u.few_premium then 'median_result'
      when c.own_premium is null then 'median_target'
      else 'own'
    end as premium_basis
  from countable c join usual u using (month)
)
select
  agent_id, month, name, team, branch, region, supervisor, hired_on, left_on, standing, count_basis,
    premium_basis,
  own_count as goal_count, own_premium as goal_premium,
  own_count * closed as target_count, own_premium * closed as target_premium,
  -- A result held against nothing is no proportion: it would lift a team above all its members.
  nullif(case count_basis when 'own' then own_count * closed when 'median_target'
    then usual_count * closed
    when 'median_result' then result_count end, 0) as target_count_filled,
  nullif(case premium_basis when 'own' then own_premium * closed when 'median_target'
    then usual_premium * closed
    when 'median_result' then result_premium end, 0) as target_premium_filled
from judged
