create or replace function app_private.hash_event(previous bytea, event app_public.events, reason_digest bytea)
returns bytea
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Only numbers and UTC seconds in a JSON array, so that the hash does not depend on settings of the session or on how
  -- texts are joined. The reason is free text that may have to be erased, so its salted digest is hashed instead. A new
  -- column of events has to be added here, too.
  return sha256(previous || convert_to(jsonb_build_array(
    event.clinic_id, event.id, event.transaction_id::text, extract(epoch from event.occurred_at),
      extract(epoch from event.recorded_at),
    event.entity, event.booking_slot_id, event.booking_id, event.customer_id, event.from_state, event.to_state,
    encode(reason_digest, 'hex'), event.actor, event.actor_account_id,
    event.head_slot_id)::text, 'utf8'));
end
$$;

comment on function app_private.hash_event is
'The hash of an event''s seal: SHA-256 of the previous hash (empty for the first seal of a clinic) and the event in '
'its canonical form, which docs/database/events.md describes.';
