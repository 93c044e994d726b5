-- The measures of every agent and month, with who the agent was then: what every question about
-- figures sums. target_* is the agent's own target as it counts (see roster.sql), target_*_filled
-- what stands in where there is none; `there` has a bit for every measure that is not missing:
-- months with the same bits may be added up and any two of their measures divided.
select
  m.*, r.name, r.team, r.branch, r.region, r.supervisor, r.hired_on, r.left_on, r.standing,
  r.target_count, r.target_count_filled, r.count_basis, r.target_premium, r.target_premium_filled,
    r.premium_basis,
  {there} as there
from agent_month m left join roster_month r on r.agent_id = m.agent_id and r.month = m.month
