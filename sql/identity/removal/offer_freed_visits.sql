create or replace function app_private.offer_freed_visits(freed jsonb[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.offer_freed_slots((f ->> 'clinic')::bigint,
    array(select jsonb_array_elements_text(f -> 'slots')::bigint), (f ->> 'by')::bigint)
  from unnest(freed) f;
end
$$;

comment on function app_private.offer_freed_visits is
'Offers what end_visits_of_customers has freed to the waiting lists.';
