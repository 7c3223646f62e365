create or replace function app_private.with_service(
  arguments jsonb, service_id bigint, answers jsonb default null, online boolean default null,
  without_service boolean default null)
returns jsonb
language sql immutable
return case when service_id is null and answers is null then arguments
  else arguments || jsonb_build_object('serviceId', service_id, 'answers', answers) end
  || case when online is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object('online', online)) end
  || case when without_service then jsonb_build_array(jsonb_build_object('withoutService', true)) else '[]' end;

comment on function app_private.with_service is
'The arguments that are stored under an idempotency key, an array, with the service, the answers to its questions, '
'the place, and whether the booking loses its service. Without a service, the array is the same as it was before '
'services existed.';
