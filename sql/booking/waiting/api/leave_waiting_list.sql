create or replace function app_public.leave_waiting_list(clinic_id bigint, waiting_id bigint)
returns app_public.waiting_list
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  entry app_public.waiting_list := app_private.waiting_entry(
    leave_waiting_list.clinic_id, leave_waiting_list.waiting_id);
begin
  perform app_private.decline(o.clinic_id, o.id) from app_public.slot_offers o
  where o.clinic_id = entry.clinic_id and o.waiting_id = entry.id and o.state = 'offered';
  -- The record is locked first, as in everything that frees slots of this customer. A transaction that is accepting an
  -- offered time changes the entry and then takes the lock of the list.
  perform app_private.lock_records_of_person(entry.clinic_id, entry.customer_id);
  perform pg_advisory_xact_lock(hashtextextended('medislot waiting list', entry.clinic_id));
  update app_public.waiting_list w set state = 'left', ended_at = clock_timestamp()
  where w.clinic_id = entry.clinic_id and w.id = entry.id and w.state = 'waiting';
  select w.* into entry from app_public.waiting_list w where w.clinic_id = entry.clinic_id and w.id = entry.id;
  -- Column privileges do not apply to a function's result, and customers do not see what the desk set.
  entry.priority :=
    case when entry.customer_id <> all (app_hidden.current_customer_ids()) then entry.priority else 0 end;
  return entry;
end
$$;

comment on function app_public.leave_waiting_list is
'Ends an entry of the waiting list and declines what it was offered. An entry that has ended stays as it is. For its '
'customer and the desk. Refuses waiting_entry_not_found, forbidden, unauthenticated.';

grant execute on function app_public.leave_waiting_list to app_customer;
