import { useState } from 'react'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Field } from '../../parts/form/field.tsx'
import { useText } from '../../text/language.ts'
import { payTexts } from '../../text/patient/pay.ts'

interface CouponFieldProps {
  /** Shows the price with this coupon. Throws the refusal of one that cannot be used. */
  apply(code: string): Promise<void>
  /** Shows the price without a coupon again. */
  withdraw(): void
  /** How much the coupon takes off, as text; undefined before one is applied. */
  saved: string | undefined
}

/** A field for a coupon. The code in it is used when the form is sent, whether or not it was applied before. */
export function CouponField({ apply, withdraw, saved }: CouponFieldProps) {
  const { t } = useText(payTexts)
  const errorText = useErrorText()
  const [code, setCode] = useState('')
  const [error, setError] = useState<unknown>()
  async function check() {
    setError(undefined)
    try {
      if (code.trim()) await apply(code.trim())
    } catch (refusal) {
      withdraw()
      setError(refusal)
    }
  }
  return (
    <>
      <div className="coupon">
        <Field
          label={t.coupon}
          hint={t.couponHint}
          name="coupon"
          maxLength={40}
          autoComplete="off"
          value={code}
          error={error === undefined ? undefined : errorText(error)}
          onChange={({ target }) => {
            setCode(target.value)
            setError(undefined)
            withdraw()
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            // Enter applies the coupon and does not send the form.
            event.preventDefault()
            void check()
          }}
        />
        <button type="button" className="button" onClick={() => void check()}>
          {t.apply}
        </button>
      </div>
      {saved && <Notice tone="good">{<p>{t.applied(saved)}</p>}</Notice>}
    </>
  )
}
