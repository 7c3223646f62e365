create or replace function app_private.first_faulty_seal(
  clinic_id bigint, since_position bigint,
  out fault app_public.event_fault, out fault_position bigint, out fault_event_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  select f.fault, case f.fault when 'seal_missing' then f.expected else f.position end,
      case when f.fault <> 'seal_missing' then f.event_id end
    into first_faulty_seal.fault, fault_position, fault_event_id
  from (
    select s.position, s.event_id, s.expected, (case
      when s.position <> s.expected then 'seal_missing'
      when e.id is null then 'missing'
      when s.hash <> app_private.hash_event(s.previous_hash, e, s.reason_digest) then 'changed'
      when (e.reason is null) <> (s.reason_salt is null) then 'changed'
      when e.reason is not null
        and sha256(s.reason_salt || convert_to(e.reason, 'utf8')) is distinct from s.reason_digest then 'changed'
      -- A reason may be missing together with its salt only if the person that it was about was erased.
      when e.reason is null and s.reason_digest is not null and not exists (
        select from app_public.events about
        join app_private.erasures er on er.customer_id = about.customer_id
        where about.clinic_id = e.clinic_id and about.booking_slot_id = e.booking_slot_id
          and about.transaction_id = e.transaction_id) then 'changed'
    end)::app_public.event_fault as fault
    from (
      select es.*, coalesce(lag(es.position) over chain, 0) + 1 as expected,
        coalesce(lag(es.hash) over chain, '') as previous_hash
      from app_private.event_seals es
      where es.clinic_id = first_faulty_seal.clinic_id and es.position >= first_faulty_seal.since_position
      window chain as (order by es.position)
    ) s
    left join app_public.events e on e.clinic_id = s.clinic_id and e.id = s.event_id
    where s.position > first_faulty_seal.since_position
  ) f
  where f.fault is not null order by f.position limit 1;
end
$$;

comment on function app_private.first_faulty_seal is
'The first fault in a clinic''s chain after `since_position`: a seal that is missing (seal_missing), or whose event is '
'missing or changed. Nulls if there is none. Does not compare the chain with its head.';
