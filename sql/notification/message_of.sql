create or replace function app_private.message_of(clinic_id bigint, notification_id bigint)
returns table (recipient text, subject text, body text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select
      cc.email::text,
      case n.kind
        when 'booking_confirmed' then format('Your appointment at %s', c.name)
        when 'booking_reminder' then format('Reminder: your appointment at %s', c.name)
        when 'booking_rescheduled' then format('Your appointment at %s has moved', c.name)
        when 'booking_cancelled' then format('Your appointment at %s is cancelled', c.name)
      end,
      format(E'Dear %s,\n\n%s\n\n%s\n%s\nwith %s\n\nBooking %s', cc.full_name,
        case n.kind
          when 'booking_confirmed' then 'your appointment is booked:'
          when 'booking_reminder' then 'we expect you:'
          when 'booking_rescheduled' then 'your appointment is now:'
          when 'booking_cancelled' then case b.cancelled_by
            when 'customer' then 'as you wished, this appointment is cancelled:'
            else 'we are sorry, we had to cancel this appointment:' end
        end,
        c.name,
        -- The clinic's clock: that is where the patient has to be.
        to_char(b.starts_at at time zone c.time_zone, 'FMDay, FMDD FMMonth YYYY, HH24:MI') || ' (' || c.time_zone || ')',
        d.full_name, b.id)
    from app_public.notifications n
    join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
    join app_public.clinic_customers cc on cc.clinic_id = n.clinic_id and cc.customer_id = n.customer_id
    join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id
    join app_public.clinics c on c.id = n.clinic_id
    where n.clinic_id = message_of.clinic_id and n.id = message_of.notification_id;
end
$$;

comment on function app_private.message_of(bigint, bigint) is
'A notification as it is to be sent: recipient (null when the clinic knows no e-mail address), subject and body, with the time in the clinic''s zone.';

revoke all on function app_private.message_of(bigint, bigint) from public;
