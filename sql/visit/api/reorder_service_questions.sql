create or replace function app_public.reorder_service_questions(
  clinic_id bigint, service_id bigint, question_ids bigint[])
returns setof app_public.service_questions
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  unknown bigint;
begin
  perform app_private.require_clinic_role(reorder_service_questions.clinic_id, 'manage');
  perform app_private.require_service(reorder_service_questions.clinic_id, reorder_service_questions.service_id);
  perform from app_public.service_questions q
  where q.clinic_id = reorder_service_questions.clinic_id and q.service_id = reorder_service_questions.service_id
  order by q.id for no key update;
  select wanted into unknown from unnest(question_ids) wanted
  where not exists (
    select from app_public.service_questions q
    where q.clinic_id = reorder_service_questions.clinic_id and q.service_id = reorder_service_questions.service_id
      and q.id = wanted)
  limit 1;
  if found then
    perform app_hidden.refuse('question_not_found', 'The service does not ask this.',
      jsonb_build_object('questionId', unknown::text));
  end if;
  update app_public.service_questions q set position = o.place
  from (
    select each.id, row_number() over (
      order by array_position(reorder_service_questions.question_ids, each.id), each.position, each.id) as place
    from app_public.service_questions each
    where each.clinic_id = reorder_service_questions.clinic_id
      and each.service_id = reorder_service_questions.service_id
  ) o
  where q.clinic_id = reorder_service_questions.clinic_id and q.id = o.id and q.position <> o.place;
  return query
    select q.* from app_public.service_questions q
    where q.clinic_id = reorder_service_questions.clinic_id and q.service_id = reorder_service_questions.service_id
    order by q.position, q.id;
end
$$;

comment on function app_public.reorder_service_questions is
'Puts the questions of a service in this order; those that are left out follow in their present order. Returns all of '
'them in the new order. For managers. Refuses forbidden, unauthenticated, service_not_found, question_not_found.';

grant execute on function app_public.reorder_service_questions to app_staff;
