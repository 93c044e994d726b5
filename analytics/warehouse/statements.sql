-- name: insert_policies
insert into policies
select $load_id, row, policy_id, agent_id, due_date, month_of(due_date, month_begins), outcome,
  renewed_on, premium_due, premium_renewed,
  first_term, product, channel, customer_id,
    case when list_contains($no_exclusion, lower(exclusion)) then null else exclusion end,
  lost_reason, satisfaction, complaints, contacts, $as_of, true,
  quoted_on, count(quoted_on) over (partition by month_of(due_date, month_begins)) > 0, started_on
from incoming cross join rule

-- name: insert_policies_facts
insert into agent_facts
select $load_id, agent_id, month_of(due_date, month_begins), max(name), max(team), max(branch),
  max(region), null, null, null, null, $as_of, null
from incoming cross join rule where due_date is not null
  and (name is not null or team is not null or branch is not null or region is not null)
group by agent_id, month_of(due_date, month_begins)

-- name: insert_agents
insert into agent_facts
select $load_id, agent_id, month, name, team, branch, region, hired_on, supervisor, target_count,
  target_premium, $as_of, left_on from incoming

-- name: insert_contacts
insert into contacts
select $load_id, row, agent_id, contacted_at, month_of(contacted_at, month_begins), policy_id,
  customer_id, effective, $as_of, true from incoming cross join rule

-- name: insert_surveys
insert into surveys
select $load_id, row, agent_id, surveyed_on, month_of(surveyed_on, month_begins), score,
  true from incoming cross join rule

-- name: insert_complaints
insert into complaints
select $load_id, row, agent_id, received_on, month_of(received_on, month_begins), upheld, policy_id,
  true from incoming cross join rule

-- name: insert_assessments
insert into assessments
select $load_id, row, agent_id, assessed_on, month_of(assessed_on, month_begins),
  coalesce(list_extract($item_ids, list_position($item_words, lower(item))), lower(item)), score,
    assessor, true from incoming cross join rule

-- name: insert_scoresheet
insert into scoresheet select $load_id, row, agent_id, first_month, last_month, measure, value,
  true from incoming

-- name: insert_scoresheet_facts
insert into agent_facts
select $load_id, agent_id, month, name, team, branch, region, null, null, null, null, $as_of,
  null from incoming_facts
where name is not null or team is not null or branch is not null or region is not null

-- name: insert_load
insert into loads values ($load_id, $kind, $file, $sha256, $recipe, $as_of, $loaded_at,
  $months_mode, $sample, $row_count, $loaded, $rejected, 0)

-- name: months_policies
insert into load_months select distinct $load_id, 'policies', month,
  $replaces from policies where load_id = $load_id and month is not null
-- name: months_contacts
insert into load_months select distinct $load_id, 'contacts', month,
  $replaces from contacts where load_id = $load_id
-- name: months_surveys
insert into load_months select distinct $load_id, 'surveys', month,
  $replaces from surveys where load_id = $load_id
-- name: months_assessments
insert into load_months select distinct $load_id, 'assessments', month,
  $replaces from assessments where load_id = $load_id
-- name: months_agents
insert into load_months select distinct $load_id, 'agents', month,
  $replaces from agent_facts where load_id = $load_id and month is not null
-- name: months_complaints
-- A complaints file speaks for every month between its first and last complaint (or its stated from
-- and to): nobody named means none.
insert into load_months
select $load_id, 'complaints',
  unnest(generate_series(coalesce($first, min(month)), coalesce($last, max(month)),
  interval 1 month))::date, $replaces
from complaints where load_id = $load_id
-- name: months_scoresheet
insert into load_months
select distinct $load_id, 'scoresheet',
  unnest(generate_series(first_month, last_month, interval 1 month))::date, $replaces
from scoresheet where load_id = $load_id

-- name: renew_current_policies
-- A policy of a month stands as its latest load has it, unless a later load replaced the whole
-- month.
update policies set current = not exists (
    select 1 from policies later where later.policy_id = policies.policy_id
      and later.month = policies.month and later.load_id > policies.load_id)
  and not exists (select 1 from load_months m where m.kind = 'policies' and m.replaces
    and m.month = policies.month and m.load_id > policies.load_id)
where month in (select month from load_months where load_id = $load_id)
-- name: renew_current_contacts
update contacts set current = not exists (
  select 1 from load_months m where m.kind = 'contacts' and m.replaces and m.month = contacts.month
    and m.load_id > contacts.load_id)
where month in (select month from load_months where load_id = $load_id)
-- name: renew_current_surveys
update surveys set current = not exists (
  select 1 from load_months m where m.kind = 'surveys' and m.replaces and m.month = surveys.month
    and m.load_id > surveys.load_id)
where month in (select month from load_months where load_id = $load_id)
-- name: renew_current_complaints
update complaints set current = not exists (
  select 1 from load_months m where m.kind = 'complaints' and m.replaces
    and m.month = complaints.month and m.load_id > complaints.load_id)
where month in (select month from load_months where load_id = $load_id)
-- name: renew_current_assessments
update assessments set current = not exists (
  select 1 from load_months m where m.kind = 'assessments' and m.replaces
    and m.month = assessments.month and m.load_id > assessments.load_id)
where month in (select month from load_months where load_id = $load_id)
-- name: renew_current_scoresheet
-- The same agent, period and measure stands as its latest load has it.
update scoresheet set current = not exists (
  select 1 from scoresheet later where later.agent_id = scoresheet.agent_id
    and later.measure = scoresheet.measure
    and later.first_month = scoresheet.first_month and later.last_month = scoresheet.last_month
      and later.load_id > scoresheet.load_id)

-- name: shares_months
select count(*) from load_months mine join load_months other on other.month = mine.month
  and other.kind = mine.kind and other.load_id <> mine.load_id
where mine.load_id = $load_id

-- name: not_current
select (select count(*) from policies where not current and load_id < $load_id) + (select count(*)
  from contacts where not current and load_id < $load_id)
  + (select count(*) from surveys where not current and load_id < $load_id) + (select count(*)
    from complaints where not current and load_id < $load_id)
  + (select count(*) from assessments where not current and load_id < $load_id) + (select count(*)
    from scoresheet where not current and load_id < $load_id)
-- name: set_replaced
update loads set replaced = $replaced where load_id = $load_id

-- name: stop_replacing
update load_months set replaces = false where load_id = $load_id

-- name: forget_policies
delete from policies where load_id = $load_id
-- name: forget_contacts
delete from contacts where load_id = $load_id
-- name: forget_surveys
delete from surveys where load_id = $load_id
-- name: forget_complaints
delete from complaints where load_id = $load_id
-- name: forget_assessments
delete from assessments where load_id = $load_id
-- name: forget_scoresheet
delete from scoresheet where load_id = $load_id
-- name: forget_agent_facts
delete from agent_facts where load_id = $load_id
-- name: forget_load_months
delete from load_months where load_id = $load_id
-- name: forget_loads
delete from loads where load_id = $load_id

-- name: touched_months
select distinct month from load_months where load_id = $load_id
union select distinct month from agent_month where $everything order by 1
-- name: has_facts
select count(*) from agent_facts where load_id = $load_id
-- name: all_months
select distinct month from load_months order by 1
-- name: again
create or replace temp table again as select * from agent_month limit 0
-- name: again_differs
select count(*) from (
  (select * from agent_month except all select * from again)
    union all (select * from again except all select * from agent_month)
)
-- name: clear_agent_month
delete from agent_month where month between $first_month and $last_month
-- name: clear_agent_month_item
delete from agent_month_item where month between $first_month and $last_month
-- name: clear_roster_month
delete from roster_month where month between $first_month and $last_month
-- name: next_version
update meta set data_version = data_version + 1
-- name: tables
select table_name from duckdb_tables() where not internal and not temporary order by table_name
-- name: set_operation
update meta set operation = $operation
-- name: set_version
update meta set data_version = $version
-- name: set_settings
update meta set settings = $settings
-- name: set_rule
update rule set grace_days = $grace_days, lead_days = $lead_days, month_begins = $month_begins
-- name: clear_product_grace
delete from product_grace
-- name: add_product_grace
insert into product_grace values ($product, $grace_days)
-- name: calendar_years
select distinct year(day) from calendar
-- name: add_calendar
insert into calendar select day, month_of(day, month_begins), working from new_days cross join rule
-- name: kind_of_load
select kind from loads where load_id = $load_id
-- name: undated
select count(*) from policies where load_id = $load_id and month is null

-- name: stale
select count(*) from policy_state where load_id = $load_id and state = 'stale'

-- name: clear_aliases
delete from agent_alias
-- name: add_alias
insert into agent_alias values ($alias, $agent_id)
-- name: aliases
select alias, agent_id from agent_alias order by alias
-- name: months_of_agents
-- Every month in which one of these spellings has records.
select distinct month from (
  select agent_id, month from policies where month is not null union all select agent_id,
    month from contacts
  union all select agent_id, month from surveys union all select agent_id, month from complaints
  union all select agent_id, month from assessments
) where list_contains($agents, agent_id) order by 1

-- name: held
-- What some months hold of every agent, looked at before and after a load for the report of what
-- changed.
select agent_id, sum(columns($told))::double
from agent_month where list_contains($months, month) group by agent_id order by agent_id

-- name: corrections
select policy_id, month, outcome, renewed_on, premium_renewed, agent_id, exclusion,
  satisfaction from policy_correction order by all
-- name: clear_corrections
delete from policy_correction
-- name: add_correction
insert into policy_correction values ($policy_id, $month, $outcome, $renewed_on, $premium_renewed,
  $agent_id, $exclusion, $satisfaction)

-- name: sandbox_proposed
create or replace temp table proposed (
  policy_id varchar, month date, outcome varchar, renewed_on date, premium_renewed decimal(18, 2),
    agent_id varchar, exclusion varchar, satisfaction decimal(9, 6)
)
-- name: sandbox_propose
insert into proposed values ($policy_id, $month, $outcome, $renewed_on, $premium_renewed, $agent_id,
  $exclusion, $satisfaction)
-- name: sandbox_corrections
-- The corrections as they would be: stand before the stored ones for this cursor alone, so that the
-- views lay them over the records.
create or replace temp table policy_correction as select * from proposed
-- name: sandbox_others
-- The agent-months that the proposal does not touch.
create or replace temp table agent_month as select * from agent_month
  where not (month between $first_month and $last_month)
-- name: cut_rule
-- What was known on an earlier day: stands before the stored rule for this cursor alone.
create or replace temp table rule as select grace_days, lead_days, $cut::date as cut,
  month_begins from main.rule
-- name: shadow_roster
-- A roster of this cursor's own, filled like the stored one from the agent-months that it sees.
create or replace temp table roster_month as select * from main.roster_month
  where not (month between $first_month and $last_month)
-- name: shadow_facts
-- Nobody has a target for one channel: the facts without them.
create or replace temp table known_facts as
select * replace (null::double as target_count, null::decimal(18, 2) as target_premium)
  from main.known_facts
-- name: hide_sheets
create or replace temp table current_scoresheet as select * from main.current_scoresheet limit 0
-- name: show_sheets
drop table temp.current_scoresheet
-- name: narrow_policies
-- One agent's policies stand before everybody's for this cursor alone: of every spelling, and those
-- that a correction gave to them.
create or replace temp table policies as
select * from main.policies where current and month between $first_month and $last_month and (
  agent_id = $agent_id or agent_id in (select alias from agent_alias where agent_id = $agent_id)
  or (policy_id, month) in (select (policy_id, month) from policy_correction
    where agent_id = $agent_id))
-- name: narrow_surveys
create or replace temp table surveys as
select * from main.surveys where month between $first_month and $last_month
  and (agent_id = $agent_id
    or agent_id in (select alias from agent_alias where agent_id = $agent_id))
-- name: narrow_complaints
create or replace temp table complaints as
select * from main.complaints where month between $first_month and $last_month
  and (agent_id = $agent_id
    or agent_id in (select alias from agent_alias where agent_id = $agent_id))
-- name: narrow_contacts
create or replace temp table contacts as
select * from main.contacts where month between $first_month and $last_month
  and (agent_id = $agent_id
    or agent_id in (select alias from agent_alias where agent_id = $agent_id))
-- name: narrow_assessments
create or replace temp table assessments as
select * from main.assessments where month between $first_month and $last_month
  and (agent_id = $agent_id
    or agent_id in (select alias from agent_alias where agent_id = $agent_id))

-- name: moved_policies
-- Policies of months that are over which the incoming file gives to another agent than they have.
select count(*), min(i.policy_id) from incoming i
cross join rule r
join policies p on p.current and p.policy_id = i.policy_id and p.month = month_of(i.due_date,
  r.month_begins)
where p.agent_id <> i.agent_id and p.month < month_of($as_of::date, r.month_begins)

-- name: keep_holders
-- The incoming policies, those of months that are over with the agent who had them; who they belong
-- to now is not told of the other.
select i.* replace (
  coalesce(p.agent_id, i.agent_id) as agent_id,
    case when p.agent_id is null then i.name end as name,
  case when p.agent_id is null then i.team end as team,
    case when p.agent_id is null then i.branch end as branch,
  case when p.agent_id is null then i.region end as region)
from incoming i
cross join rule r
left join policies p on p.current and p.policy_id = i.policy_id and p.month = month_of(i.due_date,
  r.month_begins)
  and p.agent_id <> i.agent_id and p.month < month_of($as_of::date, r.month_begins)
order by i.row

-- name: agents_of_months
-- The latest incoming month, how many agents it has, and how many the month before has in the
-- warehouse.
with coming as (select agent_id, month_of(due_date, month_begins) as month from incoming
  cross join rule),
latest as (select max(month) as month from coming)
select latest.month,
  (select count(distinct agent_id) from coming where coming.month = latest.month),
  (select count(distinct agent_id) from agent_month where month = latest.month - interval 1 month
    and due_policies > 0)
from latest where latest.month is not null

-- name: month_sums_policies
select month, count(*) filter (held_policies > 0) as agents,
  sum(renewed_policies)::double as renewed, sum(due_policies)::double as due,
  sum(due_premium)::double as premium
from agent_month group by month order by month

-- name: foretold_policies
select month as first_month, month as last_month,
  sum(renewed_policies)::double as renewed, sum(due_policies)::double as due,
  coalesce(sum(open_policies), 0)::bigint as open
from agent_month group by month having sum(held_policies) > 0 order by month

-- name: foretold_scoresheet
-- The spans of months that a scoresheet tells of, the last one last.
with wide as (
  select first_month, last_month, agent_id,
    max(value) filter (measure = 'renewed_policies') as renewed,
    max(value) filter (measure = 'due_policies') as due
  from current_scoresheet group by first_month, last_month, agent_id
)
select first_month, last_month, sum(renewed) filter (due is not null)::double as renewed,
  sum(due) filter (renewed is not null)::double as due, 0::bigint as open
from wide group by first_month, last_month order by last_month, first_month

-- name: month_sums_scoresheet
-- A row with only one half of a rate counts for neither, as it does in the rate itself.
with wide as (
  select first_month as month, agent_id,
    max(value) filter (measure = 'renewed_policies') as renewed,
    max(value) filter (measure = 'due_policies') as due,
      max(value) filter (measure = 'due_premium') as premium
  from current_scoresheet where first_month = last_month group by first_month, agent_id
)
select month, count(*) as agents, sum(renewed) filter (due is not null)::double as renewed,
  sum(due) filter (renewed is not null)::double as due, sum(premium)::double as premium
from wide group by month order by month
