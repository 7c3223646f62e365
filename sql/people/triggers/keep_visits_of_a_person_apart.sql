create or replace function app_private.keep_visits_of_a_person_apart() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if NEW.status not in ('booked', 'checked_in') then
    return NEW;
  end if;
  if exists (
       select from app_public.customers c
       where c.id = NEW.customer_id and c.merged_into_id is not null
       union all
       select from app_public.customers c where c.merged_into_id = NEW.customer_id)
     and exists (
       select from app_public.bookings b
       where b.clinic_id = NEW.clinic_id and b.customer_id = any (app_private.ids_of_person(NEW.customer_id))
         and b.customer_id <> NEW.customer_id and b.during && NEW.during and b.status in ('booked', 'checked_in')) then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', lower(NEW.during), 'endsAt', upper(NEW.during)));
  end if;
  return NEW;
end
$$;

comment on function app_private.keep_visits_of_a_person_apart is
'Trigger of bookings: refuses (customer_busy) a visit that overlaps one of the same person under another customer id, '
'which was merged with it. No exclusion constraint can do this, because the ids differ. The caller holds the locks '
'of lock_records_of_person.';
