create or replace function app_private.assert_within_time_limit(
  clinic_id bigint, booking_id bigint, from_state text, to_state text)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  undoable_until timestamptz;
begin
  -- Counted from the last event that brought the booking into its state.
  select e.occurred_at + st.time_limit into undoable_until
  from app_public.events e
  join app_public.state_transitions st
    on st.entity = 'booking' and st.from_state = assert_within_time_limit.from_state
      and st.to_state = assert_within_time_limit.to_state
  where e.clinic_id = assert_within_time_limit.clinic_id and e.booking_id = assert_within_time_limit.booking_id
    and e.to_state = assert_within_time_limit.from_state
    -- Without events about another room, which do not change the state.
    and e.from_state is distinct from e.to_state
  order by e.recorded_at desc nulls last, e.id desc limit 1;
  if undoable_until is null or undoable_until < now() then
    perform app_hidden.refuse('undo_too_late', 'It is too late to undo this.',
      jsonb_build_object('status', assert_within_time_limit.from_state, 'undoableUntil', undoable_until));
  end if;
end
$$;

comment on function app_private.assert_within_time_limit is
'Checks the time limit that app_public.state_transitions sets for this change of a booking, counted from the event '
'that brought it into `from_state`. Refuses undo_too_late.';
