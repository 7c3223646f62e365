create or replace function app_private.check_transition() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  time_limit interval;
  entered_at timestamptz;
begin
  select st.time_limit into time_limit from app_public.state_transitions st
  where st.entity = TG_ARGV[0] and st.from_state = OLD.status::text and st.to_state = NEW.status::text;
  if not found then
    perform app_hidden.refuse('illegal_transition', format('A %s that is %s cannot become %s.', replace(TG_ARGV[0], '_', ' '), OLD.status, NEW.status),
      jsonb_build_object('status', OLD.status, 'requested', NEW.status));
  end if;
  if time_limit is not null then
    -- Only bookings have steps with a limit. Their events say when they came into their state.
    select e.occurred_at into entered_at from app_public.events e
    where e.clinic_id = NEW.clinic_id and e.booking_id = NEW.id and e.to_state = OLD.status::text
    order by e.id desc limit 1;
    if entered_at is null or entered_at + time_limit < now() then
      perform app_hidden.refuse('undo_too_late', 'It is too late to take this back.',
        jsonb_build_object('status', OLD.status, 'undoableUntil', entered_at + time_limit));
    end if;
  end if;
  return NEW;
end
$$;

comment on function app_private.check_transition() is
'Trigger: refuses (illegal_transition) every change of status that is not a row of app_public.state_transitions, and (undo_too_late) one whose time limit has passed. The argument is the entity.';

revoke all on function app_private.check_transition() from public;
