create or replace function app_private.remove_guest_bookings(batch int, at timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  guest app_private.guest_bookings;
  removed int := 0;
begin
  for guest in
    select gb.* from app_private.guest_bookings gb
    join app_public.customers c on c.id = gb.customer_id
    where gb.created_at < remove_guest_bookings.at - interval '1 day'
    order by gb.created_at limit remove_guest_bookings.batch
    for update of c, gb skip locked
  loop
    delete from app_private.guest_bookings gb where gb.clinic_id = guest.clinic_id and gb.id = guest.id;
    -- In a shard, the global database removes the customer: app_private.settle_people.
    if guest.booking_id is null and not app_private.is_shard() then
      begin
        delete from app_public.customers c where c.id = guest.customer_id;
      exception when foreign_key_violation then
        -- A hold that is not released yet, or what a desk or the person has done since, refers to the customer.
        if not exists (
             select from app_public.clinic_customers cc where cc.customer_id = guest.customer_id) then
          perform app_public.erase_customer(guest.customer_id);
        end if;
      end;
    end if;
    removed := removed + 1;
  end loop;
  return removed;
end
$$;

comment on function app_private.remove_guest_bookings is
'Removes up to `batch` requests that guests made more than a day before `at`, with the name and address of guests who '
'did not confirm. Returns how many. Called by the job remove_old_records.';
