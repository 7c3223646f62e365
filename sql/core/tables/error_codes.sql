create table app_hidden.error_codes (
  sqlstate text not null,
  name text not null,
  http_status int not null,
  title text not null,
  description text not null,
  constraint error_codes_are_unique_by_sqlstate primary key (sqlstate),
  constraint error_codes_are_unique_by_name unique (name),
  constraint sqlstates_have_five_characters check (sqlstate ~ '^[0-9A-Z]{5}$'),
  constraint names_are_snake_case check (name ~ '^[a-z][a-z0-9_]*$'),
  constraint http_statuses_are_of_errors check (http_status between 400 and 599)
);

comment on table app_hidden.error_codes is
'All refusals: the SQLSTATE, the name that GraphQL (extensions.code) and REST use, and the HTTP status. Written by '
'sql/core/error_codes.sql.';

alter table app_hidden.error_codes enable row level security;
create policy everybody_reads_error_codes on app_hidden.error_codes
  for select to app_anonymous, app_authenticator using (true);
grant select on app_hidden.error_codes to app_anonymous;
grant select on app_hidden.error_codes to app_authenticator;
