create or replace view app_private.online_bookings_without_consultation with (security_invoker = true) as
select b.clinic_id, b.id as booking_id, b.sequence, c.booking_sequence, c.state
from app_public.bookings b
left join app_public.consultations c on c.clinic_id = b.clinic_id and c.booking_id = b.id
where b.status in ('booked', 'checked_in') and b.starts_at > now()
  and (case when b.is_online
    then c.booking_id is null or c.booking_sequence <> b.sequence or c.state in ('unwanted', 'over')
    else c.state in ('wanted', 'ready', 'failed') end);

comment on view app_private.online_bookings_without_consultation is
'Future online bookings that do not have exactly one consultation for their present sequence, and future bookings at '
'the clinic that have one. Always empty.';
