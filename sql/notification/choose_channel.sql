create or replace function app_private.choose_channel(
  clinic_id bigint, customer_id bigint, kind app_public.notification_kind, out channel text, out has_address boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  select nr.channel, case nr.channel when 'email' then cc.email is not null else cc.phone_takes_sms end
  into choose_channel.channel, choose_channel.has_address
  from app_public.notification_rules nr
  join app_public.clinic_customers cc on cc.clinic_id = nr.clinic_id and cc.customer_id = choose_channel.customer_id
  join app_public.customers c on c.id = cc.customer_id
  where nr.clinic_id = choose_channel.clinic_id and nr.kind = choose_channel.kind
  -- A channel whose address is known before one that is preferred: a message over another channel is better than none.
  order by case nr.channel when 'email' then cc.email is null else not cc.phone_takes_sms end,
    nr.channel is distinct from coalesce(c.preferred_channel, cc.preferred_channel, 'email')
  limit 1;
end
$$;

comment on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) is
'The channel over which a clinic sends this kind of message to a customer: the preferred one where the clinic''s rules have it and the address is known, else another of its channels; and whether an address for it is known. Null when the clinic does not send this kind.';

revoke all on function app_private.choose_channel(bigint, bigint, app_public.notification_kind) from public;
