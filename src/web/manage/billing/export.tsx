import { Refusal, Unreachable } from '../../data/client.ts'
import { accessToken } from '../../data/session.ts'
import { download } from '../../parts/download.ts'
import { DateInput } from '../../parts/form/date_input.tsx'
import { Form } from '../../parts/form/form.tsx'
import { showToast } from '../../parts/toast.tsx'
import { useWorkplace } from '../../parts/workplace.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { localDate, plusDays } from '../../time/time.ts'

/** The file of the REST API. Throws as request() does. */
async function bookkeepingFile(clinicId: string, from: string, to: string): Promise<Blob> {
  const address = `/api/clinics/${clinicId}/bookkeeping.csv?${new URLSearchParams({ from, to })}`
  const headers = { authorization: `Bearer ${(await accessToken()) ?? ''}` }
  let response: Response
  try {
    response = await fetch(address, { headers })
    if (response.ok) return await response.blob()
  } catch (error) {
    throw new Unreachable('The server cannot be reached.', { cause: error })
  }
  const { code, detail, details } = await response.json()
  throw new Refusal(detail, code, details)
}

/** A file for the bookkeeper, by default of the last month. */
export function Export() {
  const { t } = useText(billingTexts)
  const { clinic } = useWorkplace()
  const lastDay = plusDays(`${localDate(undefined, clinic.timeZone).slice(0, 8)}01`, -1)
  return (
    <section className="below" aria-labelledby="export">
      <h2 id="export">{t.export}</h2>
      <div className="card padded">
        <p className="hint">{t.exportLead}</p>
        <Form
          submit={t.download}
          fieldOf={({ code }) => (code === 'invalid_argument' ? 'to' : undefined)}
          onSubmit={async ({ from = '', to = '' }) => {
            download(`bookkeeping-${from}-${to}.csv`, 'text/csv', await bookkeepingFile(clinic.id, from, to))
            showToast(t.downloaded)
          }}
        >
          <div className="two-fields">
            <DateInput label={t.from} name="from" defaultValue={`${lastDay.slice(0, 8)}01`} required />
            <DateInput label={t.until} name="to" defaultValue={lastDay} required />
          </div>
        </Form>
      </div>
    </section>
  )
}
