create or replace function app_private.check_notification_text() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  part text;
  mark text[];
  open_sections text[];
begin
  foreach part in array array[NEW.subject, NEW.body] loop
    open_sections := '{}';
    if regexp_replace(part, '\{\{[#/]?[a-z_]+\}\}', '', 'g') ~ '\{\{|\}\}' then
      perform app_hidden.refuse('text_not_understood', 'Braces that are no {{word}}.', jsonb_build_object('text', part));
    end if;
    for mark in select m from regexp_matches(part, '\{\{([#/]?)([a-z_]+)\}\}', 'g') m loop
      if not mark[2] = any ('{clinic,address,phone,doctor,customer,when,date,time,booking,reason,by_customer,by_clinic}') then
        perform app_hidden.refuse('text_not_understood', format('There is no word {{%s}}.', mark[2]), jsonb_build_object('word', mark[2]));
      elsif mark[1] = '#' then
        open_sections := mark[2] || open_sections;
      elsif mark[1] = '/' then
        if open_sections[1] is distinct from mark[2] then
          perform app_hidden.refuse('text_not_understood', format('{{/%s}} closes nothing.', mark[2]), jsonb_build_object('word', mark[2]));
        end if;
        open_sections := open_sections[2:];
      end if;
    end loop;
    if open_sections <> '{}' then
      perform app_hidden.refuse('text_not_understood', format('{{#%s}} is not closed.', open_sections[1]), jsonb_build_object('word', open_sections[1]));
    end if;
  end loop;
  return NEW;
end
$$;

comment on function app_private.check_notification_text() is
'Trigger: refuses (text_not_understood) a clinic''s text with unknown {{words}}, stray braces or sections that are not closed, so that it is told to who writes it and not to patients.';

revoke all on function app_private.check_notification_text() from public;
