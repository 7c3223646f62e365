create or replace function app_private.check_transition() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
       select from app_public.state_transitions st
       where st.entity = TG_ARGV[0] and st.from_state = OLD.status::text and st.to_state = NEW.status::text) then
    perform app_hidden.refuse('illegal_transition', format('A %s that is %s cannot become %s.', replace(TG_ARGV[0], '_', ' '), OLD.status, NEW.status),
      jsonb_build_object('status', OLD.status, 'requested', NEW.status));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_transition() is
'Trigger: refuses (illegal_transition) every change of status that is no row of app_public.state_transitions. The argument is the entity.';

revoke all on function app_private.check_transition() from public;
