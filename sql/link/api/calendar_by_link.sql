create or replace function app_public.calendar_by_link(token text) returns app_public.linked_calendar
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  link app_private.link := app_private.read_link(calendar_by_link.token);
  calendar app_public.linked_calendar;
begin
  if not app_private.is_link_token(calendar_by_link.token, 'feed', link.clinic_id, link.subject_id, 0) then
    perform app_private.refuse_link();
  elsif link.clinic_id is null then
    calendar := app_private.patient_calendar(link.subject_id);
  else
    calendar := app_private.staff_calendar(link.clinic_id, link.subject_id);
  end if;
  -- A link that was revoked is not counted: nobody guessed it, and calendar programs go on asking for it.
  if calendar.name is null then
    calendar.refusal := 'link_invalid';
  end if;
  return calendar;
end
$$;

comment on function app_public.calendar_by_link is
'The calendar to which a link of create_calendar_link leads. GET /calendars/<token>.ics returns it as a calendar '
'file. It changes nothing; it is a mutation because tokens that nobody issued are counted for the network. For '
'anyone who has the link. Refuses link_invalid (in the field refusal; the same for wrong and revoked tokens), '
'too_many_attempts (many such tokens from one network).';

grant execute on function app_public.calendar_by_link to app_anonymous;
