import { lazy, Suspense } from 'react'
import { useLanguage } from '../../text/language.ts'
import { dateText } from '../../time/time.ts'
import { Field } from '../form/field.tsx'
import type { DateFieldProps } from './date_picker.tsx'

const Picker = lazy(() => import('./date_picker.tsx').catch(() => ({ default: PlainDateField })))

/** Takes the place of the date picker where it cannot be loaded. */
function PlainDateField({ marks: _, onChange, ...props }: DateFieldProps) {
  return <Field {...props} type="date" onChange={({ target }) => onChange(target.value)} />
}

/** A field for a date. The date picker is loaded when it is first needed. */
export function DateField(props: DateFieldProps) {
  const { locale } = useLanguage()
  const { label, hint, value } = props
  const shown = value && dateText(value, locale, { day: '2-digit', month: '2-digit', year: 'numeric' })
  return (
    <Suspense fallback={<Field label={label} hint={hint} value={shown} readOnly />}>
      <Picker {...props} />
    </Suspense>
  )
}
