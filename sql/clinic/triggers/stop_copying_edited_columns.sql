create or replace function app_private.stop_copying_edited_columns() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  profile jsonb := (select to_jsonb(c) from app_public.customers c where c.id = NEW.customer_id);
  here jsonb := to_jsonb(NEW);
begin
  -- A value that equals the profile's is still a copy. So the updates of app_private.update_clinic_copies do not end
  -- the copying.
  NEW.copied_from_profile := array(
    select copied from unnest(NEW.copied_from_profile) copied
    where here -> copied is not distinct from profile -> copied);
  return NEW;
end
$$;

comment on function app_private.stop_copying_edited_columns is
'Trigger on clinic_customers: a column that the clinic edits no longer follows the customer''s profile.';
