-- Fields of policies that a manager corrected after an objection: the record stays as it came, the
-- view gives what should have stood there. Filled from the state store. A corrected exclusion of ''
-- means "not excluded".
create table policy_correction (
  policy_id varchar not null, month date not null, outcome varchar, renewed_on date,
    premium_renewed decimal(18, 2), agent_id varchar,
  exclusion varchar, satisfaction decimal(9, 6), primary key (policy_id, month)
);
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
