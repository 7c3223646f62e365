create or replace function app_private.hash_event(previous bytea, event app_public.events, reason_digest bytea)
returns bytea
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Numbers and UTC seconds only, in a JSON array, so that no setting of a session and no joining of texts changes
  -- what is hashed. The reason is free text, which a person may have erased: it counts by its salted digest. A column
  -- added to events belongs here too.
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
'its canonical form, which docs/events.md describes.';
