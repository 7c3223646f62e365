import { download } from '../../data/download.ts'
import { loadFile } from '../../data/file.ts'
import { DateInput } from '../../parts/date/date_input.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { localDate, plusDays } from '../../time/time.ts'

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
            const path = `/clinics/${clinic.id}/bookkeeping.csv?${new URLSearchParams({ from, to })}`
            download(`bookkeeping-${from}-${to}.csv`, 'text/csv', await loadFile(path))
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
