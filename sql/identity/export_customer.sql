create or replace function app_public.export_customer(customer_id bigint default null) returns app_public.customer_export
language plpgsql stable security definer
-- Times as the same text whoever asks.
set timezone = 'UTC' set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := coalesce(export_customer.customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
  document app_public.customer_export;
begin
  perform app_private.require_own_customer(target);
  select c.* into customer from app_public.customers c where c.id = target;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', target::text));
  end if;
  document.format_version := 1;
  document.exported_at := now();
  document.customer_id := customer.id;
  document.profile := jsonb_build_object(
    'fullName', customer.full_name, 'email', customer.email, 'phone', customer.phone, 'isActive', customer.is_active,
    'preferredLanguage', customer.preferred_language, 'preferredChannel', customer.preferred_channel,
    'wantsReminders', customer.wants_reminders, 'createdAt', customer.created_at);
  select jsonb_build_object('id', a.id::text, 'email', coalesce(a.email, a.claimed_email), 'isActive', a.is_active, 'createdAt', a.created_at,
      'externalIdentities', (select coalesce(jsonb_agg(jsonb_build_object('issuer', ei.issuer, 'subject', ei.subject) order by ei.issuer, ei.subject), '[]')
        from app_private.external_identities ei where ei.account_id = a.id),
      'sessions', (select coalesce(jsonb_agg(jsonb_build_object('startedAt', s.created_at, 'expiresAt', s.expires_at, 'endedAt', s.revoked_at)
          order by s.created_at), '[]') from app_private.sessions s where s.account_id = a.id),
      'placesOfSignIns', (select coalesce(jsonb_agg(jsonb_build_object('kind', split_part(kp.place, ' ', 1), 'lastSignInAt', kp.signed_in_at)
          order by kp.signed_in_at, kp.place), '[]') from app_private.known_places kp where kp.account_id = a.id),
      'messages', (select coalesce(jsonb_agg(jsonb_build_object('kind', am.kind, 'address', am.address, 'state', am.state, 'createdAt', am.created_at,
          'sentAt', am.sent_at) order by am.id), '[]') from app_private.account_messages am where am.account_id = a.id),
      'employments', (select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'role', e.role, 'fullName', e.full_name,
          'email', e.email, 'isActive', e.is_active) order by e.clinic_id, e.id), '[]') from app_public.employees e where e.account_id = a.id))
    into document.account
  from app_private.accounts a where a.id = customer.account_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', cc.clinic_id::text, 'clinicName', c.name, 'fullName', cc.full_name, 'email', cc.email,
      'phone', cc.phone, 'phoneE164', cc.phone_e164, 'notes', cc.notes, 'preferredLanguage', cc.preferred_language, 'preferredChannel', cc.preferred_channel,
      'wantsReminders', cc.wants_reminders, 'createdAt', cc.created_at) order by cc.clinic_id), '[]') into document.clinic_records
  from app_public.clinic_customers cc join app_public.clinics c on c.id = cc.clinic_id where cc.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', b.clinic_id::text, 'clinicName', c.name, 'bookingId', b.id::text,
      'doctorName', d.full_name, 'startsAt', lower(b.during), 'endsAt', upper(b.during), 'status', b.status, 'note', b.note,
      'cancelledAt', b.cancelled_at, 'cancelledBy', b.cancelled_by, 'cancellationReason', b.cancellation_reason,
      'createdAt', b.created_at, 'archivedAt', b.archived_at) order by lower(b.during), b.clinic_id, b.id), '[]') into document.bookings
  from (
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      null::timestamptz as archived_at
    from app_public.bookings x where x.customer_id = customer.id
    union all
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      x.archived_at
    from app_public.archived_bookings x where x.customer_id = customer.id
  ) b
  join app_public.clinics c on c.id = b.clinic_id
  join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', n.clinic_id::text, 'bookingId', n.booking_id::text, 'kind', n.kind, 'channel', n.channel,
      'dueAt', n.due_at, 'state', n.state, 'sentAt', n.sent_at, 'recipient', m.recipient, 'subject', m.subject,
      'body', m.body) order by n.due_at, n.id, m.id), '[]') into document.notifications
  from app_public.bookings b
  join app_public.notifications n on n.clinic_id = b.clinic_id and n.booking_id = b.id and n.channel <> 'webhook'
  left join app_private.messages m on m.clinic_id = n.clinic_id and m.notification_id = n.id
  where b.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'eventId', e.id::text, 'occurredAt', e.occurred_at, 'entity', e.entity,
      'bookingSlotId', e.booking_slot_id::text, 'bookingId', e.booking_id::text, 'fromState', e.from_state, 'toState', e.to_state,
      'reason', e.reason, 'actor', e.actor) order by e.id), '[]') into document.events
  from app_public.events e where e.customer_id = customer.id;
  return document;
end
$$;

comment on function app_public.export_customer(bigint) is
'Everything that is held about a person, as one document: profile, account with sessions and employments, what each clinic recorded, bookings (archived ones too), messages, events. Ids are strings, times UTC. Customers their own (the default), administrators and DBAs anybody''s, when asked by that person. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.export_customer(bigint) from public;
grant execute on function app_public.export_customer(bigint) to app_customer;
