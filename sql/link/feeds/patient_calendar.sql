create or replace function app_private.patient_calendar(feed_id bigint) returns app_public.linked_calendar
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  calendar app_public.linked_calendar;
begin
  select c.* into customer
  from app_private.patient_feeds f
  join app_public.customers c on c.id = f.customer_id and c.is_active
  join app_private.accounts a on a.id = c.account_id and a.is_active
  where f.id = patient_calendar.feed_id;
  if not found then
    return null;
  end if;
  calendar.name := case customer.preferred_language when 'de' then 'Meine Termine' else 'My appointments' end;
  select coalesce(jsonb_agg(app_private.feed_entry(shown.booking,
      format('%s, %s', shown.doctor_name, shown.clinic_name), shown.clinic_name, shown.address)
    order by (shown.booking).visit_starts_at, (shown.booking).clinic_id, (shown.booking).id), '[]')
  into calendar.entries
  from (
    select b as booking, d.full_name as doctor_name, c.name as clinic_name, c.address
    from app_public.bookings b
    join app_public.clinics c on c.id = b.clinic_id
    join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id
    where b.customer_id = any (app_private.customers_of_person(customer.id))
      and b.starts_at > now() - interval '90 days' and b.status <> 'cancelled'
    order by b.starts_at desc limit 1000) shown;
  return calendar;
end
$$;

comment on function app_private.patient_calendar is
'The appointments of a patient and those of dependants, in all clinics, by the id of the patient''s feed: from 90 days '
'ago, at most 1,000. The summary is that of e-mails. Null if there is no such feed, or the patient has no account any '
'more.';
