-- Spellings that a manager merged: records keep the spelling they came with, the views give the
-- agent they belong to, so that a merge can be undone. Filled from the state store, as rules are.
create table agent_alias (alias varchar primary key, agent_id varchar not null);

create or replace view current_policies as
select p.* replace (coalesce(a.agent_id, p.agent_id) as agent_id)
from policies p left join agent_alias a on a.alias = p.agent_id
  where p.current and p.month is not null;
create or replace view current_contacts as
select p.* replace (coalesce(a.agent_id, p.agent_id) as agent_id) from contacts p
  left join agent_alias a on a.alias = p.agent_id where p.current;
create or replace view current_surveys as
select p.* replace (coalesce(a.agent_id, p.agent_id) as agent_id) from surveys p
  left join agent_alias a on a.alias = p.agent_id where p.current;
create or replace view current_complaints as
select p.* replace (coalesce(a.agent_id, p.agent_id) as agent_id) from complaints p
  left join agent_alias a on a.alias = p.agent_id where p.current;
create or replace view current_assessments as
select p.* replace (coalesce(a.agent_id, p.agent_id) as agent_id) from assessments p
  left join agent_alias a on a.alias = p.agent_id where p.current;
create view current_scoresheet as
select p.* replace (coalesce(a.agent_id, p.agent_id) as agent_id) from scoresheet p
  left join agent_alias a on a.alias = p.agent_id where p.current;
create view known_facts as
select p.* replace (coalesce(a.agent_id, p.agent_id) as agent_id) from agent_facts p
  left join agent_alias a on a.alias = p.agent_id;
create or replace view agent_hired as
select agent_id, max(hired_on) as hired_on from known_facts where hired_on is not null
  group by agent_id;
