create or replace function app_private.choose_channel(
  clinic_id bigint, customer_id bigint, kind app_public.notification_kind, out channel text, out has_address boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  guardian record;
  guardians_channel text;
begin
  select nr.channel, case nr.channel when 'email' then cc.email is not null else cc.phone_takes_sms end
  into choose_channel.channel, choose_channel.has_address
  from app_public.notification_rules nr
  join app_public.clinic_customers cc on cc.clinic_id = nr.clinic_id and cc.customer_id = choose_channel.customer_id
  join app_public.customers c on c.id = cc.customer_id
  where nr.clinic_id = choose_channel.clinic_id and nr.kind = choose_channel.kind
  -- A channel whose address is known comes before the preferred one: a message over another channel is better than
  -- none.
  order by case nr.channel when 'email' then cc.email is null else not cc.phone_takes_sms end,
    nr.channel is distinct from coalesce(c.preferred_channel, cc.preferred_channel, 'email')
  limit 1;
  if choose_channel.has_address is not false then
    return;
  end if;
  -- A dependant without an address: the message goes to the guardian.
  select g.* into guardian
  from app_private.guardian_contact(choose_channel.clinic_id, choose_channel.customer_id) g;
  select nr.channel into guardians_channel
  from app_public.notification_rules nr
  where nr.clinic_id = choose_channel.clinic_id and nr.kind = choose_channel.kind
    and case nr.channel when 'email' then guardian.email else guardian.sms_number end is not null
  order by nr.channel is distinct from coalesce(guardian.channel, 'email')
  limit 1;
  if found then
    choose_channel.channel := guardians_channel;
    choose_channel.has_address := true;
  end if;
end
$$;

comment on function app_private.choose_channel is
'The channel over which a clinic sends this kind of message to a customer, and whether an address for it is known: '
'the customer''s, or if the clinic knows none, the guardian''s. The preferred channel is used if the clinic''s rules '
'allow it and its address is known, else another of the clinic''s channels. Null when the clinic does not send this '
'kind.';
