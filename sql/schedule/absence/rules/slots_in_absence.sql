create or replace function app_private.slots_in_absence(clinic_id bigint, doctor_id bigint, during tstzrange)
returns bigint[]
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return array(
    with covered as materialized (
      select bs.id, bs.status, bs.head_slot_id, bs.customer_id, bs.held_until from app_public.booking_slots bs
      where bs.clinic_id = slots_in_absence.clinic_id
        and (slots_in_absence.doctor_id is null or bs.doctor_id = slots_in_absence.doctor_id)
        and bs.during && slots_in_absence.during
        -- By date, which has an index. A slot is a day long at most, and its date is one of the clinic's zone.
        and bs.slot_date between lower(slots_in_absence.during)::date - 2
          and upper(slots_in_absence.during)::date + 1
    )
    select c.id from covered c
    union
    select c.head_slot_id from covered c where c.head_slot_id is not null
    union
    select bs.id from covered c
    join app_public.booking_slots bs
      on bs.clinic_id = slots_in_absence.clinic_id and bs.head_slot_id = coalesce(c.head_slot_id, c.id)
    where c.status = 'booked'
    union
    -- hold_slot gives each hold of a customer in a clinic an end of its own.
    select bs.id from covered c
    join app_public.booking_slots bs
      on bs.clinic_id = slots_in_absence.clinic_id and bs.customer_id = c.customer_id and bs.status = 'held'
        and bs.held_until = c.held_until
    where c.status = 'held'
    order by 1);
end
$$;

comment on function app_private.slots_in_absence is
'The ids of all slots, whatever their status, that overlap this time of a doctor, or of all doctors if `doctor_id` is '
'null, and of the slots that are booked or held together with them.';
