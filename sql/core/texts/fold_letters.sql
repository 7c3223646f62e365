create or replace function app_hidden.fold_letters(name text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  -- All characters that look like an apostrophe or a hyphen become one apostrophe and one hyphen.
  folded text := translate(
    fold_letters.name, '`´‘’‛ʹʻʼʽ′＇‐‑‒–—−', '''''''''''''''''''''''------');
begin
  -- lower() is called twice: under the database's locale, to cover every script, and under C, because a Turkish locale
  -- turns I into ı.
  folded := lower(public.unaccent('public.unaccent', lower(normalize(folded, NFKC))) collate "C");
  -- Combining marks, and joiners within a word.
  folded := regexp_replace(folded, '[\u0300-\u036f\u200c\u200d]', '', 'g');
  -- The second letter is removed everywhere. Otherwise Müller and Mueller would differ, as would Sørensen and
  -- Soerensen, and Århus and Aarhus.
  return regexp_replace(folded, '(a)[ae]+|(o)e+|(u)e+', '\1\2\3', 'g');
end
$$;

comment on function app_hidden.fold_letters is
'A text in the spelling in which names are compared: lower case, without accents, ß as ss, ı as i, ä and ae as a, ö, '
'ø and oe as o, ü and ue as u, å and aa as a. Declared immutable although unaccent depends on a dictionary: stored '
'keys must be computed again when the dictionary changes.';

grant execute on function app_hidden.fold_letters to app_staff;
