-- Every policy as it counts now: as its latest load has it, under the agent that its spelling
-- stands for, with what a correction says laid over it. Accepting, replaying and recounting read
-- this text:
-- a replay lays a table of its own before the stored corrections. A corrected exclusion of '' means
-- "not excluded"; a policy that is corrected to lost or open has no renewal.
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
where p.current and p.month is not null
