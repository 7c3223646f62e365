create or replace function app_private.note_erasure(customer_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into app_private.copied_erasures (customer_id, account_id, account_email, addresses)
  select note_erasure.customer_id, c.account_id, a.email, array(
    select lower(t.address)
    from (
      select unnest(array[c.email::text, c.phone]) as address
      union
      select unnest(array[cc.email::text, cc.phone, cc.phone_e164])
      from app_public.clinic_customers cc where cc.customer_id = note_erasure.customer_id
    ) t
    where t.address is not null)
  from (values (1)) one
  left join app_public.customers c on c.id = note_erasure.customer_id
  left join app_private.accounts a on a.id = c.account_id
  on conflict on constraint an_erasure_is_carried_out_once do nothing;
end
$$;

comment on function app_private.note_erasure is
'Notes that a person is to be erased at the clinics of this shard, with the addresses by which messages are found.';
