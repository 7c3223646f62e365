create or replace function app_public.current_offers() returns setof app_public.linked_offer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select f.*
    from app_public.slot_offers o
    join app_public.waiting_list w on w.clinic_id = o.clinic_id and w.id = o.waiting_id and w.state = 'waiting'
    join app_public.booking_slots bs on bs.clinic_id = o.clinic_id and bs.id = o.booking_slot_id
    cross join lateral app_private.linked_offer(o.clinic_id, o.id) f
    where o.customer_id = any (app_hidden.current_customer_ids()) and bs.starts_at > now()
      -- Others can take it since the head starts have ended. As long as nobody has, it can still be accepted.
      and (o.state = 'offered' or o.state = 'opened' and f.is_open)
    order by lower(o.head_start), o.clinic_id, o.id;
end
$$;

comment on function app_public.current_offers is
'The times from waiting lists that are offered to the caller, or to a customer for whom the caller acts, and that '
'nobody has taken, in the order of their head starts. accept_offer accepts one, decline_offer declines it. Empty for '
'callers who are not customers.';

grant execute on function app_public.current_offers to app_customer;
