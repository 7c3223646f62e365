create or replace function app_private.free_resources(
  wish app_private.resource_wish, own_slot_id bigint default null, own_booking_id bigint default null)
returns table (need int, resource_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select n.need, n.resource_id
    from app_public.service_needs n
    join app_public.resources r on r.clinic_id = n.clinic_id and r.id = n.resource_id and r.is_active
    where n.clinic_id = wish.clinic_id and n.service_id = wish.service_id
      and not exists (
        select from app_public.resource_claims c
        where c.clinic_id = r.clinic_id and c.resource_id = r.id
          and c.during && tstzrange(wish.starts_at, wish.ends_at + r.turnover)
          and case
            when c.booking_id is not null then c.booking_id is distinct from own_booking_id
            else c.held_slot_id is distinct from own_slot_id and app_private.is_still_held(c)
          end);
end
$$;

comment on function app_private.free_resources is
'The resources that a visit could take, with the need that each meets. What the booking `own_booking_id` has, and what '
'is kept for the hold of the slot `own_slot_id`, counts as free.';
