create or replace function billing_private.read_shares(shared jsonb) returns billing_private.checkout_shares[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  item jsonb;
  share billing_private.checkout_shares;
  shares billing_private.checkout_shares[] := '{}';
begin
  for item in select i from jsonb_array_elements(shared -> 'shares') i loop
    share := null;
    share.shard_id := item ->> 'shardId';
    share.clinics := item ->> 'clinics';
    share.clinic_names := array(select jsonb_array_elements_text(item -> 'clinicNames'));
    share.amount := item ->> 'amount';
    shares := shares || share;
  end loop;
  return shares;
end
$$;

comment on function billing_private.read_shares is
'The shares of a new checkout, from the JSON that the server has passed (billing_private.shares_of_checkout). No rows '
'for null.';
