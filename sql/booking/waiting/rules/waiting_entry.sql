create or replace function app_private.waiting_entry(clinic_id bigint, waiting_id bigint)
returns app_public.waiting_list
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  entry app_public.waiting_list;
begin
  select w.* into entry from app_public.waiting_list w
  where w.clinic_id = waiting_entry.clinic_id and w.id = waiting_entry.waiting_id;
  if app_private.require_desk_or_customer(waiting_entry.clinic_id, entry.customer_id) is not null
     and entry.id is not null then
    return entry;
  end if;
  -- The caller may not learn whether the entry exists.
  perform app_hidden.refuse('waiting_entry_not_found', 'No such entry on the waiting list of this clinic.',
    jsonb_build_object('waitingId', waiting_entry.waiting_id::text));
end
$$;

comment on function app_private.waiting_entry is
'An entry of the waiting list, for its customer and the desk. Refuses all others: unauthenticated, forbidden, '
'waiting_entry_not_found.';
