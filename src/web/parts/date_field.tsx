import { lazy, Suspense } from 'react'
import { useText } from '../text/language.ts'
import { dateText } from '../time.ts'
import { Field } from './field.tsx'

export interface DateFieldProps {
  label: string
  hint?: string | undefined
  error?: string | undefined
  /** In a form. */
  name?: string
  /** As 2026-11-24; '' is none. */
  value: string
  onChange(value: string): void
  /** The first that can be chosen. Who types an earlier one gets it, and is told that it is too early. */
  min?: string
  required?: boolean
}

const Picker = lazy(() => import('./date_picker.tsx'))

/** A date. What one picks it with is fetched when it is first needed. */
export function DateField(props: DateFieldProps) {
  const { locale } = useText()
  const { label, hint, value } = props
  const shown = value && dateText(value, locale, { day: '2-digit', month: '2-digit', year: 'numeric' })
  return (
    <Suspense fallback={<Field label={label} hint={hint} value={shown} readOnly />}>
      <Picker {...props} />
    </Suspense>
  )
}
