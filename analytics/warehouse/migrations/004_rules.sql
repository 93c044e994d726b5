-- The rules as a table, so that views can say them; when agents left; what is counted of policies
-- inside and past their window; and every agent-month's target as it counts. All of it is filled by
-- the next roll-up.
create table rule (grace_days integer not null, lead_days integer not null, cut date);
insert into rule values (30, 90, null);

alter table agent_facts add column left_on date;
create or replace view known_facts as
select p.* replace (coalesce(a.agent_id, p.agent_id) as agent_id) from agent_facts p
  left join agent_alias a on a.alias = p.agent_id;

alter table agent_month add column stale_open bigint;
alter table agent_month add column open_renewed bigint;
alter table agent_month add column held_policies bigint;

drop table roster_month;
create table roster_month (
  agent_id varchar not null, month date not null, name varchar, team varchar, branch varchar,
    region varchar, supervisor varchar,
  hired_on date, left_on date, standing varchar not null,
  goal_count double, goal_premium double,
  target_count decimal(28, 9), target_count_filled decimal(28, 9), count_basis varchar,
  target_premium decimal(28, 9), target_premium_filled decimal(28, 9), premium_basis varchar
);
