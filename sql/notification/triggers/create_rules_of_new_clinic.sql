create or replace function app_private.create_rules_of_new_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_public.notification_rules (clinic_id, kind, channel)
  select NEW.id, kind, 'email' from unnest(enum_range(null::app_public.notification_kind)) kind;
  insert into app_private.reminder_rounds (clinic_id) values (NEW.id);
  return NEW;
end
$$;

comment on function app_private.create_rules_of_new_clinic is
'Trigger: a new clinic sends every kind of message by e-mail. SMS costs money, so a manager has to turn it on.';
