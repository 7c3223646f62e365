create or replace function app_private.use_of_customers(clinic_ids bigint[], customer_ids bigint[])
returns table (clinic_id bigint, customer_id bigint, use text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select asked.clinic_id, asked.customer_id, case
      -- For a clinic that is moving, the question is asked again later, in the shard in which it is then.
      when not exists (select from app_public.clinics c where c.id = asked.clinic_id)
        or exists (select from app_private.clinic_moves cm where cm.clinic_id = asked.clinic_id) then 'unknown'
      when exists (
        select from app_public.clinic_customers cc
        where cc.clinic_id = asked.clinic_id and cc.customer_id = asked.customer_id) then 'used'
      when exists (
        select from app_private.guest_bookings gb
        where gb.clinic_id = asked.clinic_id and gb.customer_id = asked.customer_id)
        or exists (select from app_public.booking_slots bs
          where bs.clinic_id = asked.clinic_id and bs.customer_id = asked.customer_id) then 'held'
      else 'unused' end
    from unnest(use_of_customers.clinic_ids, use_of_customers.customer_ids) asked (clinic_id, customer_id);
end
$$;

comment on function app_private.use_of_customers is
'Whether this shard uses customers whom the global database has recorded for these clinics, for each pair of customer '
'and clinic: used (the clinic has a record), held (a guest has not confirmed yet), unused, or unknown (the clinic is '
'not here, or is moving).';
