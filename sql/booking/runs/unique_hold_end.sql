create or replace function app_private.unique_hold_end(
  clinic_id bigint, customer_id bigint, slot_ids bigint[], hold_end timestamptz)
returns timestamptz
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  while exists (
    select from app_public.booking_slots bs
    where bs.clinic_id = unique_hold_end.clinic_id and bs.customer_id = unique_hold_end.customer_id
      and bs.status = 'held' and bs.held_until = hold_end and bs.id <> all (slot_ids))
  loop
    hold_end := hold_end + interval '1 microsecond';
  end loop;
  return hold_end;
end
$$;

comment on function app_private.unique_hold_end is
'This end of a hold, or the first one after it that no other hold of the customer in the clinic has: the slots of a '
'hold are found by their end, and two holds in one transaction would otherwise have the same end.';
