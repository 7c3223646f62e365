create or replace function app_private.offer_rest_of_visits(clinic_id bigint, freed jsonb[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.offer_freed_slots(offer_rest_of_visits.clinic_id,
    array(select jsonb_array_elements_text(f -> 'slots')::bigint), (f ->> 'by')::bigint)
  from unnest(freed) f;
end
$$;

comment on function app_private.offer_rest_of_visits is
'Offers to the waiting list the slots outside the absence of visits that end_visits_in_absence has cancelled. Call '
'it when the absence has withdrawn its slots.';
