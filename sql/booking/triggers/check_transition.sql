create or replace function app_private.check_transition() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  is_limited boolean;
begin
  select st.time_limit is not null into is_limited from app_public.state_transitions st
  where st.entity = TG_ARGV[0] and st.from_state = OLD.status::text and st.to_state = NEW.status::text;
  if not found then
    perform app_hidden.refuse('illegal_transition',
      format('A %s that is %s cannot become %s.', replace(TG_ARGV[0], '_', ' '), OLD.status, NEW.status),
      jsonb_build_object('status', OLD.status, 'requested', NEW.status));
  end if;
  if is_limited then
    -- In a function of its own, to keep this trigger cheap for bookings. Only changes of bookings have a time limit.
    perform app_private.assert_within_time_limit(NEW.clinic_id, NEW.id, OLD.status::text, NEW.status::text);
  end if;
  return NEW;
end
$$;

comment on function app_private.check_transition is
'Trigger: refuses (illegal_transition) every change of status that is not in app_public.state_transitions, and '
'(undo_too_late) one after its time limit. The argument is the entity.';
