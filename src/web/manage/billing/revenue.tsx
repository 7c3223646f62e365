import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { dateText, localDate, plusDays } from '../../time/time.ts'
import { useCurrency } from './use_currency.ts'

const MonthsOfRevenue = graphql(`
  query MonthsOfRevenue($clinicId: BigInt!, $fromMonth: Date!, $toMonth: Date!) {
    monthlyRevenue(clinicId: $clinicId, fromMonth: $fromMonth, toMonth: $toMonth, first: 100) {
      nodes { month currency invoiced tax writtenOff received refunded }
    }
  }
`)

const columns = ['invoiced', 'tax', 'writtenOff', 'received', 'refunded'] as const

/** What was charged, received and paid back in each of the last twelve months. */
export function Revenue() {
  const { t, locale } = useText(billingTexts)
  const { clinic } = useWorkplace()
  const money = useCurrency()?.money
  const today = localDate(undefined, clinic.timeZone)
  // A day in the month eleven months ago, however long the months between are.
  const fromMonth = plusDays(`${today.slice(0, 8)}01`, -320)
  const query = useQuery(MonthsOfRevenue, { clinicId: clinic.id, fromMonth, toMonth: today })
  return (
    <div className="below">
      <h2>{t.revenue}</h2>
      <Loaded query={query} skeleton="block">
        {({ monthlyRevenue }) =>
          monthlyRevenue?.nodes.length ? (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
            <section className="card table-scroll" aria-label={t.revenue} tabIndex={0}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{t.month}</th>
                    {columns.map((column) => (
                      <th key={column} scope="col" className="number">
                        {t[column]}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {monthlyRevenue.nodes.toReversed().map((row) => (
                    <tr key={`${row?.month} ${row?.currency}`}>
                      <th scope="row">{dateText(row?.month ?? today, locale, { month: 'long', year: 'numeric' })}</th>
                      {columns.map((column) => (
                        <td key={column} className="number">
                          {money?.text(row?.[column] ?? '0', row?.currency ?? '')}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          ) : (
            <p className="hint">{t.noRevenue}</p>
          )
        }
      </Loaded>
    </div>
  )
}
