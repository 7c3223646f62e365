import { parseDate } from '@internationalized/date'
import {
  Button,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  FieldError,
  Group,
  I18nProvider,
  Label,
  Popover,
  Text,
} from 'react-aria-components'
import type { FreeTimesOf } from '../../data/free_days.ts'
import { useText } from '../../text/language.ts'
import { calendarTexts } from '../../text/shared/calendar.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { localDate, ownZone } from '../../time/time.ts'
import { useForm } from '../form/form_context.ts'
import { Icon } from '../icon.tsx'
import { Month } from './month.tsx'
import './date_picker.css'

export interface DateFieldProps {
  label: string
  hint?: string | undefined
  error?: string | undefined
  /** The name of the field in a form. */
  name?: string
  /** A date such as 2026-11-24, or '' for none. */
  value: string
  onChange(value: string): void
  /** The first date that can be chosen. An earlier one can be typed, and is marked as invalid. */
  min?: string
  required?: boolean
  /** The days with these free times are marked in the calendar, from `today` on. */
  marks?: { today: string; free: FreeTimesOf } | undefined
}

/** A date that is typed part by part, or chosen from a month's calendar. */
export default function Picker({
  label,
  hint,
  error: given,
  name,
  value,
  onChange,
  min,
  required,
  marks,
}: DateFieldProps) {
  const { t, locale } = useText(commonTexts)
  const { t: calendar } = useText(calendarTexts)
  const { errors, clear } = useForm()
  const error = given ?? (name && errors[name])
  const today = marks?.today ?? localDate(undefined, ownZone)
  return (
    <I18nProvider locale={locale}>
      <DatePicker
        className="field date-field"
        value={value ? parseDate(value) : null}
        onChange={(date) => {
          if (name) clear(name)
          onChange(date?.toString() ?? '')
        }}
        minValue={min ? parseDate(min) : null}
        isRequired={required ?? false}
        {...(name && { name })}
        // In a form the date is checked when the form is sent, elsewhere as it is entered.
        validationBehavior={name ? 'native' : 'aria'}
        {...(error && { isInvalid: true })}
        shouldForceLeadingZeros
      >
        <Label className="field-label">{label}</Label>
        <Group className="combo-box date-box">
          <DateInput className="date-parts">{(part) => <DateSegment segment={part} className="date-part" />}</DateInput>
          <Button className="combo-button">
            <Icon name="calendar" />
          </Button>
        </Group>
        {hint && (
          <Text slot="description" className="hint">
            {hint}
          </Text>
        )}
        <FieldError className="field-error">
          {({ validationDetails, validationErrors }) =>
            error || (validationDetails.valueMissing ? t.required : validationErrors.join(' '))
          }
        </FieldError>
        <Popover className="popover" placement="bottom end">
          <Dialog aria-label={label}>
            <Month aria-label={calendar.otherDay} first={value || min || today} today={today} free={marks?.free} />
          </Dialog>
        </Popover>
      </DatePicker>
    </I18nProvider>
  )
}
