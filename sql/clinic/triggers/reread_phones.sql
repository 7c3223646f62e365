create or replace function app_private.reread_phones() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.clinic_customers cc set phone = cc.phone where cc.clinic_id = NEW.id and cc.phone is not null;
  return null;
end
$$;

comment on function app_private.reread_phones is
'Trigger: when a clinic''s country changes, reads the phone numbers in its records again as numbers of that country.';
