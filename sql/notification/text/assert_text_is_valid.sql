create or replace function app_private.assert_text_is_valid(argument text, text text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  mark text[];
  open_sections text[] := '{}';
begin
  if regexp_replace(text, '\{\{[#/]?[a-z_]+\}\}', '', 'g') ~ '\{\{|\}\}' then
    perform app_hidden.refuse('text_not_understood', 'Braces that are no {{word}}.',
      jsonb_build_object('argument', argument, 'text', text));
  end if;
  for mark in select m from regexp_matches(text, '\{\{([#/]?)([a-z_]+)\}\}', 'g') m loop
    if not mark[2] = any (
      '{clinic,address,room,phone,doctor,customer,service,when,date,time,booking,link,join,reason,by_customer,'
      'by_clinic,invoice,total,due,due_date}')
    then
      perform app_hidden.refuse('text_not_understood', format('There is no word {{%s}}.', mark[2]),
        jsonb_build_object('argument', argument, 'word', mark[2]));
    elsif mark[1] = '#' then
      open_sections := mark[2] || open_sections;
    elsif mark[1] = '/' then
      if open_sections[1] is distinct from mark[2] then
        perform app_hidden.refuse('text_not_understood', format('{{/%s}} closes nothing.', mark[2]),
          jsonb_build_object('argument', argument, 'word', mark[2]));
      end if;
      open_sections := open_sections[2:];
    end if;
  end loop;
  if open_sections <> '{}' then
    perform app_hidden.refuse('text_not_understood', format('{{#%s}} is not closed.', open_sections[1]),
      jsonb_build_object('argument', argument, 'word', open_sections[1]));
  end if;
end
$$;

comment on function app_private.assert_text_is_valid is
'Refuses (text_not_understood) a message text with unknown {{words}}, stray braces or sections that are not closed. '
'The refusal''s detail names the `argument` (subject, body). word_values and words_of_invoice have the same list of '
'words.';
