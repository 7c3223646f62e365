import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useAsync } from '../../data/use_query.ts'
import { useLanguage } from '../../text/language.ts'
import { amountIn, amountText, enteredAmount } from './amounts.ts'

const Currencies = graphql(`
  query Currencies {
    currencies(first: 100) { nodes { code exponent } }
  }
`)

let loaded: ReadonlyMap<string, number> | undefined

async function loadExponents(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const { currencies } = await request(Currencies, {}, signal)
  loaded = new Map(currencies?.nodes.map(({ code, exponent }) => [code, exponent]))
  return loaded
}

export interface Money {
  /** An amount of minor units as the reader of the page writes it. */
  text(amount: string, currency: string): string
  /** The amount that was entered in a field, in minor units; undefined if the text is no amount. */
  entered(text: string, currency: string): string | undefined
  /** What a field shows for an amount of minor units. */
  field(amount: string, currency: string): string
}

/**
 * How amounts are shown and read, with the decimals that the database gives each currency. They are loaded once; undefined until
 * then. Throws what request() throws.
 */
export function useMoney(): Money | undefined {
  const { locale } = useLanguage()
  const { data, error } = useAsync(loaded ? null : 'currencies', loadExponents)
  if (error !== undefined) throw error
  const exponents = loaded ?? data
  if (!exponents) return undefined
  const exponentOf = (currency: string) => {
    const exponent = exponents.get(currency)
    if (exponent === undefined) throw new Error(`No such currency: ${currency}`)
    return exponent
  }
  return {
    text: (amount, currency) => amountText(amount, currency, exponentOf(currency), locale),
    entered: (text, currency) => amountIn(text, exponentOf(currency)),
    field: (amount, currency) => enteredAmount(amount, exponentOf(currency), locale),
  }
}
