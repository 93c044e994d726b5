-- Records as they were loaded (every load kept; `current` marks those that no later load replaced),
-- the calendar, and the measures rolled up from them. Everything here can be rebuilt from the
-- originals.
create table meta (data_version bigint not null, settings varchar not null);
insert into meta values (0, '');

create table loads (
  load_id bigint primary key, kind varchar not null, file varchar not null, sha256 varchar not null,
    recipe varchar not null,
  as_of date not null, loaded_at timestamp not null, months_mode varchar not null,
    sample boolean not null,
  row_count bigint not null, loaded bigint not null, rejected bigint not null,
    replaced bigint not null
);
create table load_months (load_id bigint not null, kind varchar not null, month date not null,
  replaces boolean not null);

create table policies (
  load_id bigint not null, row bigint not null, policy_id varchar not null,
    agent_id varchar not null, due_date date, month date,
  outcome varchar, renewed_on date, premium_due decimal(18, 2), premium_renewed decimal(18, 2),
    first_term boolean,
  product varchar, channel varchar, customer_id varchar, exclusion varchar, lost_reason varchar,
  satisfaction decimal(9, 6), complaints integer, contacts integer, as_of date not null,
    current boolean not null
);
create table contacts (
  load_id bigint not null, row bigint not null, agent_id varchar not null,
    contacted_at timestamp not null, month date not null,
  policy_id varchar, customer_id varchar, effective boolean, as_of date not null,
    current boolean not null
);
create table surveys (
  load_id bigint not null, row bigint not null, agent_id varchar not null,
    surveyed_on date not null, month date not null,
  points decimal(9, 6) not null, current boolean not null
);
create table complaints (
  load_id bigint not null, row bigint not null, agent_id varchar not null,
    received_on date not null, month date not null,
  upheld boolean, policy_id varchar, current boolean not null
);
create table assessments (
  load_id bigint not null, row bigint not null, agent_id varchar not null,
    assessed_on date not null, month date not null,
  item varchar not null, points decimal(9, 6) not null, assessor varchar, current boolean not null
);
create table agent_facts (
  load_id bigint not null, agent_id varchar not null, month date, name varchar, team varchar,
    branch varchar, region varchar,
  hired_on date, supervisor varchar, target_count double, target_premium decimal(18, 2),
    as_of date not null
);
create table scoresheet (
  load_id bigint not null, row bigint not null, agent_id varchar not null,
    first_month date not null, last_month date not null,
  measure varchar not null, value double not null, current boolean not null
);

create table calendar (day date primary key, month date not null, working integer not null);
create table product_grace (product varchar primary key, grace_days integer not null);

create view current_policies as select * from policies where current and month is not null;
create view current_contacts as select * from contacts where current;
create view current_surveys as select * from surveys where current;
create view current_complaints as select * from complaints where current;
create view current_assessments as select * from assessments where current;
create view complaint_months as select distinct month from load_months where kind = 'complaints';
create view agent_hired as select agent_id, max(hired_on) as hired_on from agent_facts
  where hired_on is not null group by agent_id;

create table agent_month (
  agent_id varchar not null, month date not null,
  due_policies bigint, renewed_policies bigint, late_renewals bigint, open_policies bigint,
    excluded_policies bigint,
  due_premium decimal(38, 2), renewed_premium decimal(38, 2), retained_premium decimal(38, 2),
  first_term_due bigint, first_term_renewed bigint, cycle_days bigint, cycled_policies bigint,
  contacts bigint, effective_contacts bigint, contacted_customers bigint, working_days bigint,
  survey_points decimal(38, 6), survey_points_sq decimal(38, 6), surveys bigint, complaints bigint,
    upheld_complaints bigint
);
create table agent_month_item (agent_id varchar not null, month date not null,
  item varchar not null, points decimal(38, 6), ratings bigint);
create table roster_month (
  agent_id varchar not null, month date not null, name varchar, team varchar, branch varchar,
    region varchar, supervisor varchar,
  hired_on date, target_count double, target_premium decimal(18, 2)
);
