create table app_public.specializations (
  id bigint generated always as identity,
  name public.citext not null,
  -- The names by language are in the row itself. There are few, and they are always read together; a separate table
  -- would add a join to every list of doctors.
  names jsonb not null default '{}',
  constraint specializations_are_identified_by_id primary key (id),
  constraint specializations_are_unique_by_name unique (name),
  constraint names_of_specializations_are_texts_by_language check (
    app_hidden.are_texts_by_language(names)
    and not names @? '$.* ? (!(@ like_regex "^\\S(.{0,98}\\S)?$"))'),
  constraint specializations_have_a_name check (app_hidden.require_line(name::text, 'name', 100)),
  constraint names_of_specializations_can_be_seen check (app_hidden.require_names(names, 'names', 100))
);

comment on table app_public.specializations is
'The specializations that doctors can have. Global, so that patients can search across clinics.';
comment on column app_public.specializations.names is
'The name in other languages, by two-letter code: {"de": "Kardiologie"}. For other languages `name` is shown.';

alter table app_public.specializations enable row level security;
create policy everybody_sees_specializations on app_public.specializations for select to app_anonymous using (true);
create policy admins_do_everything on app_public.specializations for all to app_admin using (true);
grant select on app_public.specializations to app_anonymous;
grant insert (name, names), update (name, names), delete on app_public.specializations to app_admin;

create trigger changes_of_specializations_are_noted
  after insert or update or delete or truncate on app_public.specializations
  for each statement execute function app_private.note_catalogue_change();
