create or replace function app_private.account_message_of(
  message_id bigint, public_url text, out recipient text, out subject text, out body text, out idempotency_key text,
  out invoice jsonb)
returns setof record
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
  token text;
  site text := btrim(public_url, '/');
  link text;
  invitation app_private.invitations;
  clinic_name text;
begin
  select m.* into message from app_private.account_messages m
  where m.id = account_message_of.message_id and m.state = 'pending';
  if message.id is null then
    return;
  end if;
  recipient := message.address::text;
  idempotency_key := concat_ws('-', 'account', app_private.installation_id(), message.id);
  if message.kind = 'guest_booking' then
    select m.subject, m.body into subject, body
    from app_private.guest_message(message.guest_clinic_id, message.guest_booking_id, message.language, site) m;
    return next;
    return;
  end if;
  if message.money_clinic_id is not null then
    link := concat_ws('/', site || '/payments', message.money_clinic_id::text || '/' || message.money_invoice_id::text);
    select t.subject, t.body into subject, body from billing_private.mail_text(message, link) t;
    if message.kind = 'invoice_issued' then
      invoice := billing.invoice_document(message.money_clinic_id, message.money_invoice_id, message.language);
    end if;
    return next;
    return;
  end if;
  select i.* into invitation from app_private.invitations i
  where i.clinic_id = message.invitation_clinic_id and i.id = message.invitation_id;
  select c.name into clinic_name from app_public.clinics c where c.id = invitation.clinic_id;
  if message.kind = 'invitation' and (invitation.accepted_at is null and invitation.expires_at > now()) is not true then
    -- Revoked, or replaced by a later one.
    update app_private.account_messages m set state = 'dropped' where m.id = message.id;
    return;
  end if;
  link := site || case message.kind
    when 'password_reset' then '/reset-password'
    when 'invitation' then '/manage/accept'
    when 'joined' then '/sign-in'
    when 'email_change_notice' then '/profile'
    when 'accounts_merged' then '/profile'
    when 'grown_up' then '/sign-in'
    when 'account_merge' then '/confirm-email/merge'
    when 'record_claim' then '/confirm-email/merge'
    else '/confirm-email' end;
  if message.kind not in ('email_change_notice', 'joined', 'accounts_merged', 'grown_up') then
    -- Created when the mail is written, so that the token itself is not stored anywhere. If the mail is sent again
    -- after a crash, only the later link works.
    token := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
    -- By the clinic the server finds the shard with the invitation or the record.
    if message.kind = 'invitation' and app_private.is_shard() then
      token := 'i' || to_hex(message.invitation_clinic_id) || '.' || token;
    elsif message.record_clinic_id is not null then
      token := 'r' || to_hex(message.record_clinic_id) || '.' || token;
    end if;
    update app_private.account_messages m
    set token_hash = sha256(convert_to(token, 'utf8')), token_expires_at = case message.kind
      when 'invitation' then invitation.expires_at
      when 'password_reset' then now() + interval '1 hour'
      else now() + (select l.link_lasts from app_private.unconfirmed_limits l) end
    where m.id = message.id;
    -- After #, because browsers do not send that part to servers and do not pass it on to other pages.
    link := link || '#token=' || token;
  end if;
  if message.kind in ('account_merge', 'accounts_merged', 'record_claim', 'grown_up') then
    select t.subject, t.body into subject, body
    from app_private.merge_message_text(message.kind, message.language, link) t;
  else
    select t.subject, t.body into subject, body
    from app_private.account_message_text(
      message.kind, message.language, link, site || '/reset-password', clinic_name) t;
  end if;
  return next;
end
$$;

comment on function app_private.account_message_of is
'A claimed e-mail about an account as it is to be sent, with links to the pages at `public_url`, and the content of '
'the invoice that is attached to it as a PDF. No row if the mail is '
'not to be sent any more. Each call creates a new token for the link, of which only the SHA-256 is stored.';
