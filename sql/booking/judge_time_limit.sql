create or replace function app_private.judge_time_limit(clinic_id bigint, booking_id bigint, from_state text, to_state text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  undoable_until timestamptz;
begin
  -- The last event by which the booking came into its state says when.
  select e.occurred_at + st.time_limit into undoable_until
  from app_public.events e
  join app_public.state_transitions st
    on st.entity = 'booking' and st.from_state = judge_time_limit.from_state and st.to_state = judge_time_limit.to_state
  where e.clinic_id = judge_time_limit.clinic_id and e.booking_id = judge_time_limit.booking_id and e.to_state = judge_time_limit.from_state
  order by e.id desc limit 1;
  if undoable_until is null or undoable_until < now() then
    perform app_hidden.refuse('undo_too_late', 'It is too late to undo this.',
      jsonb_build_object('status', judge_time_limit.from_state, 'undoableUntil', undoable_until));
  end if;
end
$$;

comment on function app_private.judge_time_limit(bigint, bigint, text, text) is
'Whether a booking may still make this step, which has a time limit in app_public.state_transitions, counted from the event by which it came into `from_state`. Refuses undo_too_late.';

revoke all on function app_private.judge_time_limit(bigint, bigint, text, text) from public;
