alter table subscription add constraint subscription_pk primary key (scope, id);
create index subscription_customer on subscription (scope, customer);
create index subscription_trial on subscription (scope, trial_end) where status = 'trialing';
create index subscription_period on subscription (scope, period_end) where status in ('active', 'trialing');
