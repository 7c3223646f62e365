import { Select } from '../../parts/form/field.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { nameIn, useText } from '../../text/language.ts'
import { type Doctor, fieldsOf } from './doctors.ts'

interface FilterProps {
  doctors: Doctor[]
  show: string
  choose(show: string): void
  isPhone: boolean
}

/** A choice of all doctors, those of a specialization, or one. */
export function Filter({ doctors, show, choose, isPhone }: FilterProps) {
  const { t, language, locale } = useText(dayTexts)
  const fields = [
    ...new Map(doctors.flatMap(fieldsOf).map(({ id, ...field }) => [id, nameIn(language, field)])),
  ].toSorted(([, a], [, b]) => a.localeCompare(b, locale))
  return (
    <Select label={t.show} value={show} onChange={choose}>
      {!isPhone && <option value="">{t.all}</option>}
      {fields.length > 1 && !isPhone && (
        <optgroup label={t.fields}>
          {fields.map(([id, name]) => (
            <option key={id} value={`s${id}`}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
      <optgroup label={t.doctors}>
        {doctors.map(({ id, fullName }) => (
          <option key={id} value={`d${id}`}>
            {fullName}
          </option>
        ))}
      </optgroup>
    </Select>
  )
}
