import { DateInput } from '../../parts/date/date_input.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { dateText } from '../../time/time.ts'

/** Between which local dates something is valid; null means without a beginning or an end. */
export interface Validity {
  validFrom: string | null
  validUntil: string | null
}

export function ValidityFields({ validFrom, validUntil }: Partial<Validity>) {
  const { t } = useText(billingTexts)
  return (
    <div className="two-fields">
      <DateInput label={t.from} name="validFrom" defaultValue={validFrom ?? ''} />
      <DateInput label={t.until} name="validUntil" defaultValue={validUntil ?? ''} />
    </div>
  )
}

/** A validity in words. */
export function useValidityText() {
  const { t, locale } = useText(billingTexts)
  const short = (date: string) => dateText(date, locale, { dateStyle: 'medium' })
  return ({ validFrom, validUntil }: Validity): string =>
    [validFrom && t.since(short(validFrom)), validUntil ? t.till(short(validUntil)) : !validFrom && t.always]
      .filter(Boolean)
      .join(' ')
}
