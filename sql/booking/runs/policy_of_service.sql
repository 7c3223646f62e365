create or replace function app_private.policy_of_service(policy app_public.policies, service app_public.services)
returns app_public.policies
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  policy.lead_time := coalesce(service.lead_time, policy.lead_time);
  policy.horizon := coalesce(service.horizon, policy.horizon);
  policy.cancellation_cutoff := coalesce(service.cancellation_cutoff, policy.cancellation_cutoff);
  return policy;
end
$$;

comment on function app_private.policy_of_service is
'The clinic''s policy with the lead time, the horizon and the cancellation cut-off of the service, where the service '
'has its own.';
