create or replace function app_private.check_webhook_url() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  reason constant text := app_private.public_url_fault(NEW.url);
begin
  if reason is not null then
    perform app_hidden.refuse('webhook_url_refused', 'A webhook needs an https address on the public internet.',
      jsonb_build_object('argument', 'url', 'reason', reason));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_webhook_url is
'Trigger: refuses (webhook_url_refused) an endpoint''s URL that cannot be parsed and, in production '
'(app_private.installation), one that is not https or whose host is inside a network: an address that is not public, '
'or a name without a public domain.';
