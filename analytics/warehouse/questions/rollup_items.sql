-- Assessments → points and ratings per agent, month and item. Portable core only.
select agent_id as agent_id, month as month, item as item, sum(points) as points,
  count(*) as ratings
from current_assessments
where month between $first_month and $last_month
group by agent_id, month, item
