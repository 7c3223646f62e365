create or replace view app_private.overlapping_visits_of_merged_customers with (security_invoker = true) as
with ids as (
  select c.merged_into_id as survivor, c.id from app_public.customers c where c.merged_into_id is not null
  union
  select c.merged_into_id, c.merged_into_id from app_public.customers c where c.merged_into_id is not null
)
select b.clinic_id, i.survivor as customer_id, b.id as booking_id, o.id as other_booking_id,
  b.during * o.during as during
from ids i
join ids j on j.survivor = i.survivor and j.id > i.id
join app_public.bookings b on b.customer_id = i.id and b.status in ('booked', 'checked_in')
join app_public.bookings o on o.customer_id = j.id and o.status in ('booked', 'checked_in')
  and o.clinic_id = b.clinic_id and o.during && b.during;

comment on view app_private.overlapping_visits_of_merged_customers is
'Live visits of one person at one clinic at the same time, under customer ids that were merged. Functions and triggers '
'refuse to make such a pair; a merge permits one that has passed, and a DBA can disable triggers.';
