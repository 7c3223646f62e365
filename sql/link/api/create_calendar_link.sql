create or replace function app_public.create_calendar_link(
  clinic_id bigint default null, doctor_id bigint default null, renew boolean default false)
returns app_public.calendar_link
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  feed_id bigint;
  link app_public.calendar_link;
begin
  perform app_private.require_feed(create_calendar_link.clinic_id, create_calendar_link.doctor_id);
  if create_calendar_link.renew then
    perform app_public.revoke_calendar_link(create_calendar_link.clinic_id, create_calendar_link.doctor_id);
  end if;
  if create_calendar_link.clinic_id is null then
    insert into app_private.patient_feeds (customer_id) values (app_hidden.current_customer_id())
    on conflict on constraint a_patient_has_one_feed do nothing;
    select f.id, f.created_at into feed_id, link.created_at
    from app_private.patient_feeds f where f.customer_id = app_hidden.current_customer_id();
  else
    insert into app_private.staff_feeds (clinic_id, account_id, doctor_id)
    values (create_calendar_link.clinic_id, app_hidden.current_account_id(), create_calendar_link.doctor_id)
    on conflict on constraint an_employee_has_one_feed_of_a_calendar do nothing;
    select f.id, f.created_at into feed_id, link.created_at
    from app_private.staff_feeds f
    where f.clinic_id = create_calendar_link.clinic_id and f.account_id = app_hidden.current_account_id()
      and f.doctor_id is not distinct from create_calendar_link.doctor_id;
  end if;
  link.path := format('/calendars/%s.ics', app_private.link_token('feed', create_calendar_link.clinic_id, feed_id, 0));
  return link;
end
$$;

comment on function app_public.create_calendar_link is
'The caller''s link to a calendar, to which calendar programs subscribe: with `clinic_id` the calendar of a clinic, '
'for its desk; with `doctor_id` as well that of a doctor, for the doctor and the desk; without both the caller''s own '
'appointments and those of dependants. Anyone who has the link can read the calendar. The link stays the same until '
'it is renewed (`renew`) or revoked, and ends with the employment or the account. Refuses unauthenticated, forbidden, '
'doctor_not_found, invalid_argument (the caller is no customer, or only `doctor_id` is given).';

grant execute on function app_public.create_calendar_link to app_customer;
