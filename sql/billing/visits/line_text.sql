create or replace function billing_private.line_text(clinic_id bigint, what text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select case p.language
      when 'de' then case what
        when 'cancelled' then 'Termin abgesagt' when 'missed' then 'Termin nicht wahrgenommen'
        when 'fee' then 'Ausfallgebühr' when 'moved' then 'Anderer Preis nach Verlegung' end
      else case what
        when 'cancelled' then 'Visit cancelled' when 'missed' then 'Visit missed'
        when 'fee' then 'Fee for a visit that was missed or cancelled late'
        when 'moved' then 'Other price after the visit was moved' end
      end
    from app_public.policies p where p.clinic_id = line_text.clinic_id);
end
$$;

comment on function billing_private.line_text is
'The text of a line that is added without a person: cancelled, missed, fee or moved, in the clinic''s language.';
