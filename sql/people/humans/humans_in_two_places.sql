create or replace view app_private.humans_in_two_places with (security_invoker = true) as
with people as (
  -- Who a doctor is: the human if it is known, else the account with which the doctor signs in.
  select d.clinic_id, d.id as doctor_id,
    coalesce('human ' || d.human_id, (
      select 'account ' || min(e.account_id) from app_public.employees e
      where e.clinic_id = d.clinic_id and e.doctor_id = d.id and e.is_active)) as person
  from app_public.doctors d where d.is_active
)
select a.person, s.clinic_id, s.doctor_id, s.id as booking_slot_id, o.clinic_id as other_clinic_id,
  o.doctor_id as other_doctor_id, o.id as other_booking_slot_id, s.during * o.during as during
from people a
join people b on b.person = a.person and b.clinic_id <> a.clinic_id
join app_public.booking_slots s on s.clinic_id = a.clinic_id and s.doctor_id = a.doctor_id
  and s.status <> 'withdrawn' and s.ends_at > now()
join app_public.booking_slots o on o.clinic_id = b.clinic_id and o.doctor_id = b.doctor_id
  and o.status <> 'withdrawn' and o.during && s.during;

comment on view app_private.humans_in_two_places is
'Times at which one doctor is offered or booked at two clinics, each pair once for each clinic. Not a constraint: '
'triggers concern one clinic only, and a clinic must not be stopped by the calendar of another.';
