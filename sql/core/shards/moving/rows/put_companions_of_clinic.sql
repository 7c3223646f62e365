create or replace function app_private.put_companions_of_clinic(companions jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  insert into app_private.link_keys (id, key, created_at) overriding system value
  select k.id, k.key, k.created_at
  from jsonb_populate_recordset(null::app_private.link_keys, companions -> 'link_keys') k
  on conflict (id) do nothing;
  if exists (
    select from jsonb_populate_recordset(null::app_private.link_keys, companions -> 'link_keys') k
    join app_private.link_keys lk on lk.id = k.id and lk.key <> k.key) then
    perform app_hidden.refuse('clinic_not_movable', 'Both databases have a key of links with the same number.',
      '{"because": "link_keys"}');
  end if;
  update billing.checkouts ch set clinics = ch.clinics + 1, amount = ch.amount + (c ->> 'amount')::bigint
  from jsonb_array_elements(companions -> 'checkouts') c
  where ch.id = (c ->> 'id')::bigint and (c ->> 'joins')::boolean;
  if exists (
    select from jsonb_array_elements(companions -> 'checkouts') c
    join billing.checkouts ch on ch.id = (c ->> 'id')::bigint
    where not (c ->> 'joins')::boolean) then
    -- What still arrives would have two places here.
    perform app_hidden.refuse('clinic_not_movable',
      'Patients began to pay this clinic together with one that is in the other database, and did not finish.',
      '{"because": "shared_payments"}');
  end if;
  insert into billing.checkouts overriding system value
  select c.* from jsonb_populate_recordset(null::billing.checkouts, companions -> 'checkouts') c
  on conflict (id) do nothing;
end
$$;

comment on function app_private.put_companions_of_clinic is
'Adds the rows that companions_of_clinic returned in another database and that are not here yet. A step of a move. '
'Refuses clinic_not_movable if keys of links with the same number differ, or if both databases have the same '
'checkout and it was not paid.';
