import { useState } from 'react'
import { DateField } from '../date/date_field.tsx'
import type { DateFieldProps } from '../date/date_picker.tsx'
import { useForm } from './form_context.ts'

interface DateInputProps extends Omit<DateFieldProps, 'value' | 'onChange'> {
  name: string
  defaultValue: string
}

/** A date of a form. */
export function DateInput({ name, defaultValue, ...props }: DateInputProps) {
  const { markDirty } = useForm()
  const [value, setValue] = useState(defaultValue)
  return (
    <DateField
      {...props}
      name={name}
      value={value}
      onChange={(date) => {
        setValue(date)
        markDirty()
      }}
    />
  )
}
