import { Field } from '../form/field.tsx'
import type { Fields } from '../form/form.tsx'

/** A field for the tax that an amount includes, in percent, which taxRateOf() reads. */
export const TaxRateField = ({ label }: { label: string }) => (
  <Field label={label} name="taxRate" inputMode="decimal" pattern="\d{1,3}([.,]\d{1,2})?" defaultValue="0" required />
)

/** The tax rate in a sent form, with a decimal point. */
export const taxRateOf = (fields: Fields): string => (fields.taxRate ?? '0').replace(',', '.')
