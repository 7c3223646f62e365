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
import { useText } from '../text/language.ts'
import type { DateFieldProps } from './date_field.tsx'
import { useFieldErrors } from './field_errors.ts'
import { Icon } from './icon.tsx'
import { Month } from './month.tsx'
import './date_picker.css'

/** A date that is typed part by part, or chosen from a month that opens beside it. */
export default function Picker({ label, hint, error: given, name, value, onChange, min, required }: DateFieldProps) {
  const { t, locale } = useText()
  const { errors, clear } = useFieldErrors()
  const error = given ?? (name && errors[name])
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
        // In a form it is looked at when that is sent, elsewhere as it is entered.
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
            error || (validationDetails.valueMissing ? t.problem.required : validationErrors.join(' '))
          }
        </FieldError>
        <Popover className="popover" placement="bottom end">
          <Dialog aria-label={label}>
            <Month aria-label={t.search.otherDay} />
          </Dialog>
        </Popover>
      </DatePicker>
    </I18nProvider>
  )
}
