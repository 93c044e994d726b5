-- The measures of every agent and month, with who the agent was then: what every question about
-- figures sums. target_* is the agent's own target as it counts (see roster.sql), target_*_filled
-- what stands in where there is none; `there` has a bit for every measure that is not missing:
-- months with the same bits may be added up and any two of their measures divided.
select
  m.*, r.name, r.team, r.branch, r.region, r.supervisor, r.hired_on, r.left_on, r.standing,
  r.target_count, r.target_count_filled, r.count_basis, r.target_premium, r.target_premium_filled,
    r.premium_basis,
  ((due_policies is not null)::integer << 0) + ((renewed_policies is not null)::integer << 1) +
  ((late_renewals is not null)::integer << 2) + ((open_policies is not null)::integer << 3) +
  ((open_renewed is not null)::integer << 4) + ((stale_open is not null)::integer << 5) +
  ((held_policies is not null)::integer << 6) + ((excluded_policies is not null)::integer << 7) +
  ((due_premium is not null)::integer << 8) + ((renewed_premium is not null)::integer << 9) +
  ((retained_premium is not null)::integer << 10) + ((first_term_due is not null)::integer << 11) +
  ((first_term_renewed is not null)::integer << 12) + ((cycle_days is not null)::integer << 13) +
  ((cycled_policies is not null)::integer << 14) + ((contacts is not null)::integer << 15) +
  ((effective_contacts is not null)::integer << 16) +
  ((contacted_customers is not null)::integer << 17) +
  ((working_days is not null)::integer << 18) + ((survey_points is not null)::integer << 19) +
  ((survey_points_sq is not null)::integer << 20) + ((surveys is not null)::integer << 21) +
  ((complaints is not null)::integer << 22) + ((upheld_complaints is not null)::integer << 23) +
  ((target_count is not null)::integer << 24) +
  ((target_count_filled is not null)::integer << 25) +
  ((target_premium is not null)::integer << 26) +
  ((target_premium_filled is not null)::integer << 27) +
  ((quoted_policies is not null)::bigint << 28) +
  ((quote_lead_days is not null)::bigint << 29) +
  ((month_13_due is not null)::bigint << 30) +
  ((month_13_renewed is not null)::bigint << 31) +
  ((month_25_due is not null)::bigint << 32) +
  ((month_25_renewed is not null)::bigint << 33) +
  ((customer_due_sq is not null)::bigint << 34) + ((due_premium_sq is not null)::bigint << 35) +
  ((renewed_premium_sq is not null)::bigint << 36) as there
from agent_month m left join roster_month r on r.agent_id = m.agent_id and r.month = m.month
