create or replace function app_hidden.search_stages(wanted text, phone_e164 text default null)
returns table (some_of text[], all_of text[], is_misspelt boolean)
language plpgsql immutable parallel safe rows 3 set search_path = pg_catalog, pg_temp as $$
declare
  words text[];
  whole text[];
  beginnings text[];
  numbers text[];
begin
  if search_stages.wanted !~ '[[:alpha:]]'
     and char_length(regexp_replace(search_stages.wanted, '[^0-9]', '', 'g')) >= 3 then
    -- Without leading zeros: a number has them in one country's notation and lacks them in another's.
    numbers := array(
      select distinct ltrim(digits, '0')
      from unnest(array[search_stages.wanted, search_stages.phone_e164]) number,
        regexp_replace(number, '[^0-9]', '', 'g') digits
      where char_length(ltrim(digits, '0')) >= 3);
    return query select array_agg('%' || number || '#%'), '{}'::text[], false from unnest(numbers) number;
    return query select array_agg('%' || number || '%'), '{}'::text[], false from unnest(numbers) number;
    -- One spelling may have the country's code and the other not. The last eight digits are enough to identify a
    -- number.
    return query select array_agg('%' || right(number, 8) || '#%'), '{}'::text[], false
      from unnest(numbers) number where char_length(number) > 8 having count(*) > 0;
    return;
  end if;

  -- The longest word comes first because it is the rarest. More than six words no longer narrow the search.
  words := array(
    select word
    from regexp_split_to_table(
      regexp_replace(app_hidden.fold_letters(search_stages.wanted), '''', '', 'g'),
      '[[:space:][:punct:]$+<=>^|~]+') word
    where word <> ''
    group by word order by char_length(word) desc, word limit 6);
  if words = '{}' then
    return;
  end if;
  whole := array(select '% ' || w.word || ' %' from unnest(words) with ordinality w (word, n) order by w.n);
  beginnings := array(select '% ' || w.word || '%' from unnest(words) with ordinality w (word, n) order by w.n);
  return query values (whole[:1], whole[2:], false), (beginnings[:1], beginnings[2:], false);
  for n in 1 .. least(cardinality(words), 3) loop
    if char_length(words[n]) >= 5 then
      return query values (app_hidden.misspelt_patterns(words[n]), beginnings[:n - 1] || beginnings[n + 1:], true);
    end if;
  end loop;
end
$$;

comment on function app_hidden.search_stages is
'The patterns that find keys (app_hidden.search_key) for what a user typed, in stages with the best matches first. '
'Each stage finds the keys that are LIKE any pattern of some_of and LIKE all patterns of all_of. Words are searched '
'for as whole words, then as beginnings of words, then with one typing error in a word of at least five letters. A '
'text with at least three digits and no letter is a phone number: its digits are searched for at the end of the '
'number, then anywhere in it, then by the last eight. `phone_e164` adds the number in international form, if it is '
'known.';
