create or replace function app_public.revoke_calendar_link(
  clinic_id bigint default null, doctor_id bigint default null)
returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  was_there boolean;
begin
  perform app_private.require_feed(revoke_calendar_link.clinic_id, revoke_calendar_link.doctor_id);
  -- The next link has another id, and so another token.
  delete from app_private.patient_feeds f
  where revoke_calendar_link.clinic_id is null and f.customer_id = app_hidden.current_customer_id();
  was_there := found;
  delete from app_private.staff_feeds f
  where f.clinic_id = revoke_calendar_link.clinic_id and f.account_id = app_hidden.current_account_id()
    and f.doctor_id is not distinct from revoke_calendar_link.doctor_id;
  return was_there or found;
end
$$;

comment on function app_public.revoke_calendar_link is
'Ends the caller''s link to a calendar, which create_calendar_link returned for the same arguments. Returns '
'whether there was one. Refuses unauthenticated, forbidden, doctor_not_found, invalid_argument.';

grant execute on function app_public.revoke_calendar_link to app_customer;
