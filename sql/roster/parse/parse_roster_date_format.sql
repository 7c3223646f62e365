create or replace function app_private.parse_roster_date_format(value text, out date_format text, out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if value ~* '^(DD|MM|YYYY)([./-])(DD|MM|YYYY)\2(DD|MM|YYYY)$'
     and value ~* 'D' and value ~* 'M' and value ~* 'Y' then
    date_format := upper(value);
  elsif value is not null then
    reason := format('"%s" is no date format; write it with DD, MM and YYYY, such as DD.MM.YYYY or MM/DD/YYYY', value);
  end if;
end
$$;

comment on function app_private.parse_roster_date_format is
'Parses the date format that a roster declares: DD, MM and YYYY in any order, between dots, slashes or hyphens.';
