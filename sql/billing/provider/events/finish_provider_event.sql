create or replace function billing_private.finish_provider_event(provider text, event_id text, error text default null)
returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update billing_private.provider_events pe
  set done_at = case when finish_provider_event.error is null then coalesce(pe.done_at, now()) else pe.done_at end,
      last_error = left(finish_provider_event.error, 1000)
  where pe.provider = finish_provider_event.provider and pe.event_id = finish_provider_event.event_id;
end
$$;

comment on function billing_private.finish_provider_event is
'Records that an event has been settled, or, with `error`, why it has not: then it is due again when its claim ends. '
'For the billing process.';

grant execute on function billing_private.finish_provider_event to app_billing;
