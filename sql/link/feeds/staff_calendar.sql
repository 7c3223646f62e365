create or replace function app_private.staff_calendar(clinic_id bigint, feed_id bigint)
returns app_public.linked_calendar
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  feed record;
  calendar app_public.linked_calendar;
begin
  select f.doctor_id, c.name as clinic_name, c.address, d.full_name as doctor_name, p.feeds_show_names,
    case p.language when 'de' then 'Termin' else 'Appointment' end as appointment,
    greatest(p.horizon, (select max(s.horizon) from app_public.services s where s.clinic_id = f.clinic_id)) as horizon
  into feed
  from app_private.staff_feeds f
  join app_public.clinics c on c.id = f.clinic_id
  join app_public.policies p on p.clinic_id = f.clinic_id
  left join app_public.doctors d on d.clinic_id = f.clinic_id and d.id = f.doctor_id
  -- The same rights as in the employee's requests: when the right to see the calendar has ended, the link does not
  -- work.
  join app_public.employees e on e.clinic_id = f.clinic_id and e.account_id = f.account_id and e.is_active
    and (e.role in ('receptionist', 'manager') or e.doctor_id = f.doctor_id)
  join app_private.accounts a on a.id = e.account_id and a.is_active
  where f.clinic_id = staff_calendar.clinic_id and f.id = staff_calendar.feed_id;
  if not found then
    return null;
  end if;
  calendar.name := concat_ws(', ', feed.doctor_name, feed.clinic_name);
  select coalesce(jsonb_agg(app_private.feed_entry(shown.booking,
      concat_ws(': ', case when feed.doctor_id is null then shown.doctor_name end,
        concat_ws(', ', case when feed.feeds_show_names then shown.customer_name end,
          coalesce(shown.service_name, case when not feed.feeds_show_names then feed.appointment end))),
      feed.clinic_name, feed.address)
    order by (shown.booking).visit_starts_at, (shown.booking).id), '[]') into calendar.entries
  from (
    select b as booking, d.full_name as doctor_name, cc.full_name as customer_name, s.name as service_name
    from app_public.bookings b
    join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id
    join app_public.clinic_customers cc on cc.clinic_id = b.clinic_id and cc.customer_id = b.customer_id
    left join app_public.services s on s.clinic_id = b.clinic_id and s.id = b.service_id
    where b.clinic_id = staff_calendar.clinic_id and (feed.doctor_id is null or b.doctor_id = feed.doctor_id)
      and b.slot_date between current_date - 90 and (now() + feed.horizon)::date and b.status <> 'cancelled'
    -- Calendar programs refuse files that are very large: those farthest from now are left out.
    order by greatest(b.starts_at - now(), now() - b.starts_at) limit 10000) shown;
  return calendar;
end
$$;

comment on function app_private.staff_calendar is
'The calendar of a clinic or a doctor, by the id of an employee''s feed: bookings that are not cancelled, from 90 days '
'ago to the end of the booking window, at most 10,000. Names of patients only where the clinic''s policy allows them. '
'Null if there is no such feed, or the employee may no longer see the calendar.';
