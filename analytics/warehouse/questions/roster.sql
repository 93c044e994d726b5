-- Who an agent was in each month that has figures: the latest fact known up to that month, else the first known after it.
-- A roster without months speaks from the month of its as-of date on.
insert into roster_month
with base as (
  select agent_id, month from agent_month where month between $first_month and $last_month
),
fact as (
  select *, coalesce(month, date_trunc('month', as_of)::date) as since, load_id as seq from known_facts
)
select
  b.agent_id, b.month,
  coalesce(arg_max(f.name, (f.since, f.seq)) filter (f.name is not null and f.since <= b.month), arg_min(f.name, (f.since, -f.seq)) filter (f.name is not null)),
  coalesce(arg_max(f.team, (f.since, f.seq)) filter (f.team is not null and f.since <= b.month), arg_min(f.team, (f.since, -f.seq)) filter (f.team is not null)),
  coalesce(arg_max(f.branch, (f.since, f.seq)) filter (f.branch is not null and f.since <= b.month), arg_min(f.branch, (f.since, -f.seq)) filter (f.branch is not null)),
  coalesce(arg_max(f.region, (f.since, f.seq)) filter (f.region is not null and f.since <= b.month), arg_min(f.region, (f.since, -f.seq)) filter (f.region is not null)),
  coalesce(arg_max(f.supervisor, (f.since, f.seq)) filter (f.supervisor is not null and f.since <= b.month), arg_min(f.supervisor, (f.since, -f.seq)) filter (f.supervisor is not null)),
  max(f.hired_on),
  coalesce(arg_max(f.target_count, (f.since, f.seq)) filter (f.target_count is not null and f.since <= b.month), arg_min(f.target_count, (f.since, -f.seq)) filter (f.target_count is not null)),
  coalesce(arg_max(f.target_premium, (f.since, f.seq)) filter (f.target_premium is not null and f.since <= b.month), arg_min(f.target_premium, (f.since, -f.seq)) filter (f.target_premium is not null))
from base b left join fact f on f.agent_id = b.agent_id
group by b.agent_id, b.month
