import { useState } from 'react'
import { Problem } from '../../parts/feedback/notice.tsx'
import { downloadInvoice } from '../../parts/money/download_invoice.ts'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import type { MyInvoiceRow } from './my_invoice.ts'

/** Downloads an invoice as a PDF, in the language of the pages. */
export function DownloadInvoice({ invoice: { id, number } }: { invoice: MyInvoiceRow }) {
  const { t, language } = useText(paymentsTexts)
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  async function load() {
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      await downloadInvoice(id, `${t.invoice}-${number ?? id}`, language)
    } catch (problem) {
      setError(problem)
    }
    setBusy(false)
  }
  return (
    <>
      {error !== undefined && <Problem error={error} />}
      <button type="button" className="button" aria-disabled={busy} onClick={() => void load()}>
        {t.download}
      </button>
    </>
  )
}
