create or replace function app_private.choose_channel(clinic_id bigint, customer_id bigint, kind app_public.notification_kind) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select nr.channel
    from app_public.notification_rules nr
    join app_public.clinic_customers cc on cc.clinic_id = nr.clinic_id and cc.customer_id = choose_channel.customer_id
    join app_public.customers c on c.id = cc.customer_id
    where nr.clinic_id = choose_channel.clinic_id and nr.kind = choose_channel.kind
    -- One whose address is known before one that is preferred: to be told otherwise is better than not to be told.
    order by case nr.channel when 'email' then cc.email is null else not cc.phone_takes_sms end,
      nr.channel is distinct from coalesce(c.preferred_channel, cc.preferred_channel, 'email')
    limit 1);
end
$$;

comment on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) is
'Over which channel a clinic tells a customer this kind of thing: the preferred one where the clinic''s rules have it and the address is known, else another of its channels. Null when the clinic does not send this kind.';

revoke all on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) from public;
