import { useState } from 'react'
import { useForm } from '../form/form_context.ts'
import { DateField } from './date_field.tsx'
import type { DateFieldProps } from './date_picker.tsx'

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
