create or replace function app_public.event_head(clinic_id bigint) returns app_public.event_head
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  head app_public.event_head;
begin
  perform app_private.require_clinic_role(event_head.clinic_id, 'manage');
  select h.clinic_id, h.position, encode(h.hash, 'hex'), h.sealed_at into head
  from app_private.event_heads h where h.clinic_id = event_head.clinic_id;
  head.clinic_id := event_head.clinic_id;
  head.position := coalesce(head.position, 0);
  return head;
end
$$;

comment on function app_public.event_head is
'The head of a clinic''s chain of sealed events; position 0 if nothing is sealed. Stored where the database''s '
'administrators cannot write, it proves later (verify_events) that no event up to it was changed. For managers, '
'administrators and DBAs. Refuses forbidden, unauthenticated.';

grant execute on function app_public.event_head to app_staff;
