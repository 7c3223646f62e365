create or replace function app_private.drop_offer_messages(clinic_id bigint, offer_ids bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  with pending as materialized (
    select n.id from app_public.notifications n
    where n.clinic_id = drop_offer_messages.clinic_id and n.slot_offer_id = any (offer_ids) and n.state = 'pending'
    -- In a fixed order, as in everything that locks several messages.
    order by n.id for no key update
  )
  update app_public.notifications n set state = 'dropped', dropped_because = 'offer_ended'
  from pending p
  where n.clinic_id = drop_offer_messages.clinic_id and n.id = p.id;
end
$$;

comment on function app_private.drop_offer_messages is
'Drops the messages about offers that have ended and were not sent yet.';
