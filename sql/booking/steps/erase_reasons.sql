create or replace function app_private.erase_reasons(customer_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Waits for a running seal_events and keeps others out: an event sealed meanwhile would keep its salt, with which the
  -- erased text could be guessed.
  perform from app_private.event_sealing for update;
  perform set_config('medislot.erasing', 'on', true);
  with erased as (
    update app_public.events e set reason = null
    where (e.clinic_id, e.id) in (
      -- Also other events of the slot in the same transaction: when a slot is withdrawn with its booking, its own event
      -- has the same reason but no customer.
      select said.clinic_id, said.id
      from app_public.events about
      join app_public.events said on said.clinic_id = about.clinic_id and said.booking_slot_id = about.booking_slot_id
        and said.transaction_id = about.transaction_id
      where about.customer_id = erase_reasons.customer_id and said.reason is not null)
    returning e.clinic_id, e.id
  )
  update app_private.event_seals s set reason_salt = null
  from erased e where s.clinic_id = e.clinic_id and s.event_id = e.id;
  perform set_config('medislot.erasing', '', true);
end
$$;

comment on function app_private.erase_reasons is
'Deletes the reasons of all events about a customer, and their salts, so that the digests in the seals reveal '
'nothing. The caller has recorded the erasure.';
