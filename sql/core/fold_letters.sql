create or replace function app_hidden.fold_letters(name text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  -- One apostrophe and one hyphen, of all that look like them.
  folded text := translate(fold_letters.name, '`´‘’‛ʹʻʼʽ′＇‐‑‒–—−', '''''''''''''''''''''''------');
begin
  -- Lower case twice: under the database's locale, so that every script has it, and under C, since a Turkish locale makes ı of I.
  folded := lower(public.unaccent('public.unaccent', lower(normalize(folded, NFKC))) collate "C");
  -- Marks that combine with a letter, and joiners within a word.
  folded := regexp_replace(folded, '[\u0300-\u036f\u200c\u200d]', '', 'g');
  -- The second letter is left out everywhere, or Müller and Mueller would differ, Sørensen and Soerensen, Århus and Aarhus.
  return regexp_replace(folded, '(a)[ae]+|(o)e+|(u)e+', '\1\2\3', 'g');
end
$$;

comment on function app_hidden.fold_letters(text) is
'A text in the spelling in which names are compared: lower case, without accents, ß as ss, ı as i, ä and ae as a, ö, ø and oe as o, ü and ue as u, å and aa as a. Declared immutable although unaccent depends on a dictionary: keys that are stored are made anew when the dictionary changes.';

revoke all on function app_hidden.fold_letters(text) from public;
grant execute on function app_hidden.fold_letters(text) to app_staff;
