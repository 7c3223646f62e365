create or replace function app_hidden.read_phone(typed text, country text, out e164 text, out takes_sms boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  home app_private.phone_plans;
  plan app_private.phone_plans;
  written text;
  international text;
  national text;
  prefix text[];
  without_prefix text;
begin
  takes_sms := false;
  -- Digits of other scripts and the full-width plus sign are read as ASCII. An extension is removed.
  written := translate(typed, '＋０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '+012345678901234567890123456789');
  written := btrim(regexp_replace(written, '\s*(;ext=|[,;#]|ext\.?|x)\s*\d{1,7}#?\s*$', '', 'i'));
  -- Vanity numbers (with letters) and sentences are not numbers.
  if written is null
     or written !~ E'^[+(\\s]*[0-9][0-9\\s()\\[\\]./~\\u00a0\\u00ad\\u2010-\\u2015\\u2212\\u3000-]*$' then
    return;
  end if;
  national := regexp_replace(written, '[^0-9]', '', 'g');
  select pp.* into home from app_private.phone_plans pp where pp.country = read_phone.country;

  if written ~ '^[(\s]*\+' then
    international := national;
  elsif home.country is null then
    return;
  elsif national ~ ('^(' || home.international_prefix || ')') then
    international := regexp_replace(national, '^(' || home.international_prefix || ')', '');
    -- No calling code begins with 0, so this was not an international prefix.
    if international ~ '^0' then
      international := null;
    end if;
  end if;

  -- Several countries share a calling code (+1, +44, +7). The number belongs to the first country whose plan it
  -- matches.
  for plan in
    select pp.* from app_private.phone_plans pp
    where case
      when international is null then pp.country = home.country
      else international like pp.calling_code || '%' end
    order by pp.country is distinct from home.country, not pp.is_main, pp.country
  loop
    national := case when international is null then regexp_replace(written, '[^0-9]', '', 'g')
      else substr(international, char_length(plan.calling_code) + 1) end;
    prefix := regexp_match(national, '^(' || plan.national_prefix || ')');
    if prefix is not null and prefix[1] <> '' then
      without_prefix := case
        when plan.national_prefix_becomes is not null
          and prefix[cardinality(prefix)] is not null and cardinality(prefix) > 1 then
          replace(replace(plan.national_prefix_becomes, '$1', coalesce(prefix[2], '')), '$2', coalesce(prefix[3], ''))
            || substr(national, char_length(prefix[1]) + 1)
        else substr(national, char_length(prefix[1]) + 1) end;
      -- A number that is complete as it is has no prefix, only digits that look like one.
      if without_prefix ~ ('^(' || plan.numbers || ')$') or national !~ ('^(' || plan.numbers || ')$') then
        national := without_prefix;
      end if;
    end if;
    if national ~ ('^(' || plan.numbers || ')$') and char_length(national) = any (plan.lengths) then
      e164 := '+' || plan.calling_code || national;
      -- The other countries with the same calling code also decide whether the number is a mobile number: their plans
      -- describe their own numbers better.
      takes_sms := exists (
        select from app_private.phone_plans pp
        where pp.calling_code = plan.calling_code and national ~ ('^(' || pp.mobile_numbers || ')$'));
      return;
    end if;
  end loop;
end
$$;

comment on function app_hidden.read_phone is
'Reads a phone number as it is written in a country (ISO 3166-1, two letters). `e164` is its international form, such '
'as +4915123456789, or null if it is not a number of any country. `takes_sms` is whether it is a mobile number. '
'Without a country only the international form is read. The rules are those of libphonenumber '
'(app_private.phone_plans).';

grant execute on function app_hidden.read_phone to app_staff;
