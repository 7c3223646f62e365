create or replace function app_private.own_ids(customer_id bigint) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  ids bigint[];
begin
  -- One statement, since every request runs it.
  select case
      when c.merged_into_id is not null and c.account_id is not null and c.email_verified_at is null then array[c.id]
      else array(select m.id from app_public.customers m where m.merged_into_id = coalesce(c.merged_into_id, c.id))
        || coalesce(c.merged_into_id, c.id)
    end
  into ids
  from app_public.customers c where c.id = own_ids.customer_id;
  return coalesce(ids, '{}');
end
$$;

comment on function app_private.own_ids is
'The ids for which a person acts who signed in as this customer: those of ids_of_person. An account whose address '
'nobody has proved acts for itself only, even if it was merged, because somebody else may have registered it.';
