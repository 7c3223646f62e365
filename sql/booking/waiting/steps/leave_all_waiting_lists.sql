create or replace function app_private.leave_all_waiting_lists(customer_ids bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.decline(o.clinic_id, o.id) from app_public.slot_offers o
  where o.customer_id = any (customer_ids) and o.state = 'offered'
    -- Copies of what is in shards, which do this themselves.
    and not exists (select from app_private.clinic_shards cs where cs.clinic_id = o.clinic_id)
  order by o.clinic_id, o.booking_slot_id;
  update app_public.waiting_list w set state = 'left', ended_at = clock_timestamp()
  where w.customer_id = any (customer_ids) and w.state = 'waiting'
    and not exists (select from app_private.clinic_shards cs where cs.clinic_id = w.clinic_id);
end
$$;

comment on function app_private.leave_all_waiting_lists is
'Ends all entries of customers who are removed, and declines what they were offered, so that others get it sooner. The '
'caller has called lock_customers_to_remove.';
