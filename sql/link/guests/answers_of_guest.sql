create or replace function app_private.answers_of_guest(guest app_private.guest_bookings) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select jsonb_agg(a) from jsonb_array_elements(guest.answers) a
    join app_public.service_questions q on q.clinic_id = guest.clinic_id and q.id = (a ->> 'questionId')::bigint
      and q.is_active);
end
$$;

comment on function app_private.answers_of_guest is
'What a guest answered, without the answers to questions that the clinic has removed since.';
