create or replace function billing_private.split_amount(amount bigint, weights bigint[]) returns bigint[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  whole constant numeric := (select sum(w) from unnest(weights) w);
begin
  if amount < 0 then
    return array(
      select -share from unnest(billing_private.split_amount(-amount, weights)) with ordinality s (share, n)
      order by n);
  end if;
  if coalesce(whole, 0) <= 0 or exists (select from unnest(weights) w where w < 0 or w is null) then
    raise exception 'weights have to be positive' using errcode = 'invalid_parameter_value';
  end if;
  return array(
    select (e.share + (
        -- The largest remainders get one more; of equal ones the first.
        row_number() over (order by e.remainder desc, e.n) <= amount - sum(e.share) over ())::int)::bigint
    from (
      select w.n, div(amount::numeric * w.weight, whole) as share, mod(amount::numeric * w.weight, whole) as remainder
      from unnest(weights) with ordinality w (weight, n)
    ) e
    order by e.n);
end
$$;

comment on function billing_private.split_amount is
'Splits an amount of minor units in proportion to weights, by the largest remainder: the parts always sum to the '
'amount, and each differs from its exact share by less than one unit. If the amount is smaller than the sum of the '
'weights, no part exceeds its weight. All splits of amounts use this function.';
