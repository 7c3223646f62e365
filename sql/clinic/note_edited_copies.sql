create or replace function app_private.note_edited_copies() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  profile jsonb := (select to_jsonb(c) from app_public.customers c where c.id = NEW.customer_id);
  here jsonb := to_jsonb(NEW);
begin
  -- What the profile says remains a copy of it, so app_private.follow_profile passes.
  NEW.copied_from_profile := array(
    select copied from unnest(NEW.copied_from_profile) copied where here -> copied is not distinct from profile -> copied);
  return NEW;
end
$$;

comment on function app_private.note_edited_copies() is
'Trigger of clinic_customers: what the clinic edits is its own from then on and does not follow the profile any more.';

revoke all on function app_private.note_edited_copies() from public;
