create or replace function app_private.erase_reasons(customer_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- What is being sealed at this moment would keep a salt by which to guess what is erased: not while this lasts.
  perform from app_private.event_sealing for update;
  perform set_config('medislot.erasing', 'on', true);
  with erased as (
    update app_public.events e set reason = null
    where (e.clinic_id, e.id) in (
      -- Also what else was said of the slot at that moment: one that is withdrawn with its booking is nobody's, for the same reason.
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

comment on function app_private.erase_reasons(bigint) is
'Empties the reasons of all events about a customer, and their salts, so that what the seals keep of them tells nothing. The caller has recorded the erasure.';

revoke all on function app_private.erase_reasons(bigint) from public;
