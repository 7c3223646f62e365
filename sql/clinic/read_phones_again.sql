create or replace function app_private.read_phones_again() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.clinic_customers cc set phone = cc.phone where cc.clinic_id = NEW.id and cc.phone is not null;
  return null;
end
$$;

comment on function app_private.read_phones_again() is
'Trigger: when a clinic''s country changes, the national numbers in its records are read by that country.';

revoke all on function app_private.read_phones_again() from public;
