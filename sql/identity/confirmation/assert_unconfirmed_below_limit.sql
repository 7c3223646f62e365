create or replace function app_private.assert_unconfirmed_below_limit(except_slot_ids bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  allowed app_private.unconfirmed_limits;
  live int;
  held int;
  elsewhere jsonb;
begin
  -- Transactions for one account have to run one after another, and the clinics' records of the customer, which others
  -- lock, are different rows.
  perform pg_advisory_xact_lock(hashtextextended('medislot unconfirmed account', app_hidden.current_account_id()));
  select l.* into strict allowed from app_private.unconfirmed_limits l;
  select count(*) into live from app_public.bookings b
  where b.customer_id = any (app_hidden.current_customer_ids())
    and b.status in ('booked', 'checked_in') and b.ends_at > now();
  select count(distinct (bs.clinic_id, bs.held_until)) into held from app_public.booking_slots bs
  where bs.customer_id = any (app_hidden.current_customer_ids())
    and bs.status = 'held' and bs.held_until > now()
    and bs.id <> all (except_slot_ids);
  if live < allowed.live_bookings and held < allowed.holds and app_private.is_shard() then
    elsewhere := app_private.in_global_database('count_unconfirmed', jsonb_build_object(
      'customerIds', app_hidden.current_customer_ids(),
      'shardId', (select i.shard_id from app_private.installation i)));
    -- Without an answer the global database is down, and this shard's own rows decide.
    live := live + coalesce((elsewhere ->> 'live')::int, 0);
    held := held + coalesce((elsewhere ->> 'held')::int, 0);
  end if;
  if live >= allowed.live_bookings or held >= allowed.holds then
    perform app_hidden.refuse('email_not_confirmed', 'Confirm your e-mail address before you book again.',
      jsonb_build_object('live', live, 'held', held, 'allowed', allowed.live_bookings));
  end if;
end
$$;

comment on function app_private.assert_unconfirmed_below_limit is
'Checks that a caller who has not confirmed the e-mail address of the account may book or hold one more visit '
'(app_private.unconfirmed_limits). Visits and holds in all clinics and for all persons count. In a shard the global '
'database counts those of other databases in its copies. Refuses email_not_confirmed, global_database_first.';
