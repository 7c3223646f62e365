create or replace function billing_private.note_share_recorded(
  checkout_id bigint, shard_id int, share_id bigint, state text, outcome text default null)
returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  checkout billing.checkouts;
begin
  select c.* into checkout from billing.checkouts c where c.id = note_share_recorded.checkout_id for no key update;
  update billing_private.checkout_shares s
  set recorded = note_share_recorded.state::billing.checkout_state,
      -- It may have been paid since then.
      due_since = case when checkout.state::text <> note_share_recorded.state then s.due_since end, retry_at = now()
  where s.checkout_id = note_share_recorded.checkout_id and s.shard_id = note_share_recorded.shard_id
    and s.share_id = note_share_recorded.share_id;
  update billing.checkouts c set outcome = note_share_recorded.outcome::billing.checkout_outcome
  where c.id = checkout.id and c.state = 'paid'
    and (note_share_recorded.outcome = 'credited' or note_share_recorded.outcome = 'booked' and c.outcome = 'paid');
end
$$;

comment on function billing_private.note_share_recorded is
'Records that the database with a share has stored this state of the checkout, and the outcome there. The checkout '
'gets that outcome if it is credited, or booked instead of paid. For the billing process of the global database.';

grant execute on function billing_private.note_share_recorded to app_billing;
