create or replace function app_private.put_companions_of_clinic(clinic_id bigint, companions jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- One of them is a share, so they are not about the same clinics.
  taken constant bigint[] := array(
    select ch.id
    from jsonb_array_elements(companions -> 'checkouts') c join billing.checkouts ch on ch.id = (c ->> 'id')::bigint
    where ch.is_share or (c ->> 'is_share')::boolean);
  shares jsonb := coalesce((
    select jsonb_object_agg(c ->> 'id', c ->> 'id')
    from jsonb_array_elements(companions -> 'checkouts') c where (c ->> 'may_be_paid')::boolean), '{}');
  checkout billing.checkouts;
  old_id bigint;
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
  insert into billing.checkouts overriding system value
  select c.* from jsonb_populate_recordset(null::billing.checkouts, companions -> 'checkouts') c
  where c.id <> all (taken)
  on conflict (id) do nothing;
  for checkout in
    select c.* from jsonb_populate_recordset(null::billing.checkouts, companions -> 'checkouts') c
    where c.id = any (taken) order by c.id
  loop
    old_id := checkout.id;
    checkout.id := nextval('billing.checkouts_id_seq');
    checkout.is_share := true;
    checkout.provider_session := null;
    checkout.url := null;
    insert into billing.checkouts overriding system value values (checkout.*);
    update billing.checkout_parts cp set checkout_id = checkout.id
    where cp.clinic_id = put_companions_of_clinic.clinic_id and cp.checkout_id = old_id;
    update billing.payments p set checkout_id = checkout.id
    where p.clinic_id = put_companions_of_clinic.clinic_id and p.checkout_id = old_id;
    update billing_private.provider_calls pc set checkout_id = checkout.id
    where pc.clinic_id = put_companions_of_clinic.clinic_id and pc.checkout_id = old_id;
    if shares ? old_id::text then
      shares := shares || jsonb_build_object(old_id::text, checkout.id::text);
    end if;
  end loop;
  return shares;
end
$$;

comment on function app_private.put_companions_of_clinic is
'Adds the rows that companions_of_clinic returned in another database and that are not here yet. A checkout becomes a '
'share with a new id if this database has another part of it under the old one: money that arrives for one is not for '
'the other. Returns the ids of the shares for which money may still arrive, by the ids of the checkouts in the other '
'database, for leave_clinic. A step of a move, after the rows of the clinic were copied. Refuses clinic_not_movable if '
'keys of links with the same number differ.';
