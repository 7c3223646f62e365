create or replace function app_private.assert_cancellable(booking app_public.bookings) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  cancellable_until constant timestamptz := app_private.cancellable_until(booking);
begin
  if cancellable_until < now() then
    perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
      jsonb_build_object('cancellableUntil', cancellable_until));
  end if;
end
$$;

comment on function app_private.assert_cancellable is
'Checks that the customer may still cancel or move the booking: until the cancellation cut-off of its service, or of '
'the clinic''s policy, before the visit begins. Refuses cancellation_too_late.';
