create or replace function billing_private.is_event_of_another_database(provider text, object_id text, own_id bigint)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  own_shard constant int := coalesce((select i.shard_id from app_private.installation i), 0);
begin
  -- An event about a checkout that this database has made and no longer has is not about another database: the checkout
  -- was lost when a backup was restored, and the event must not be ignored.
  return coalesce(own_id / 1000000000000 <> own_shard, false)
    -- Checkouts and refunds move with their clinic.
    and not exists (select from billing.checkouts c where c.id = own_id and not c.is_share)
    and not exists (
      select from billing.refunds r
      join billing.payments p on p.clinic_id = r.clinic_id and p.id = r.payment_id
      where r.provider_refund = object_id and p.provider = is_event_of_another_database.provider);
end
$$;

comment on function billing_private.is_event_of_another_database is
'Whether a provider''s event is about a checkout or refund of another database of the installation: its id (`own_id`) '
'was made there, and this database has no such checkout or refund. A provider reports each event to the billing '
'process of every database. False if the event contains no id of medislot.';
