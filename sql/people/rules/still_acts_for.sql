create or replace function app_private.still_acts_for(customer_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Locked until the transaction ends, so that end_guardianship waits for it.
  perform from app_public.guardianships g
  where g.guardian_customer_id = any (app_private.own_ids(app_hidden.current_customer_id()))
    and g.dependant_customer_id = any (app_private.ids_of_person(still_acts_for.customer_id))
  for share;
  return still_acts_for.customer_id = any (app_private.customers_of_person(app_hidden.current_customer_id()));
end
$$;

comment on function app_private.still_acts_for is
'Whether a customer in the caller''s claims is the caller''s dependant or merged record at this moment: a '
'guardianship may have ended after the request began. If it still lasts, it is locked, so that it does not end before '
'the transaction.';
