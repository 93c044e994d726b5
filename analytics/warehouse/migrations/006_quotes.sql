-- When a policy was quoted and when it first came into force, where a file says so; `quotes_told`
-- says that its load gives quotes for its month at all. What is counted of them is filled by the
-- next roll-up.
alter table policies add column quoted_on date;
alter table policies add column quotes_told boolean;
alter table policies add column started_on date;

create or replace view current_policies as
select p.* replace (
  coalesce(c.agent_id, a.agent_id, p.agent_id) as agent_id,
    coalesce(c.outcome, p.outcome) as outcome,
  case when c.outcome in ('lost', 'open') then null else coalesce(c.renewed_on,
    p.renewed_on) end as renewed_on,
  case when c.outcome in ('lost', 'open') then null else coalesce(c.premium_renewed,
    p.premium_renewed) end as premium_renewed,
  nullif(coalesce(c.exclusion, p.exclusion), '') as exclusion,
    coalesce(c.satisfaction, p.satisfaction) as satisfaction)
from policies p
left join agent_alias a on a.alias = p.agent_id
left join policy_correction c on c.policy_id = p.policy_id and c.month = p.month
where p.current and p.month is not null;

alter table agent_month add column quoted_policies bigint;
alter table agent_month add column quote_lead_days bigint;
alter table agent_month add column month_13_due bigint;
alter table agent_month add column month_13_renewed bigint;
alter table agent_month add column month_25_due bigint;
alter table agent_month add column month_25_renewed bigint;
