import { Field, Select } from '../../parts/form/field.tsx'
import { useText } from '../../text/language.ts'
import { clinicTexts } from '../../text/manage/clinic.ts'
import { manageTexts } from '../../text/manage/common.ts'

interface ClinicFieldsProps {
  clinic: {
    name?: string
    address?: string | null
    phone?: string | null
    email?: string | null
    country?: string | null
    timeZone: string
  }
}

/** The fields of a clinic's own data. */
export function ClinicFields({ clinic }: ClinicFieldsProps) {
  const { t } = useText(clinicTexts)
  const { t: common } = useText(manageTexts)
  const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zone.includes('/'))
  const regions = Map.groupBy(zones.includes(clinic.timeZone) ? zones : [clinic.timeZone, ...zones], (zone) =>
    zone.slice(0, Math.max(zone.indexOf('/'), 0)),
  )
  return (
    <>
      <Field label={t.name} name="name" defaultValue={clinic.name} maxLength={200} required />
      <Field
        label={`${t.address} (${common.optional})`}
        name="address"
        defaultValue={clinic.address ?? ''}
        maxLength={500}
      />
      <div className="two-fields">
        <Field
          label={`${t.phone} (${common.optional})`}
          name="phone"
          type="tel"
          defaultValue={clinic.phone ?? ''}
          maxLength={50}
        />
        <Field
          label={`${t.email} (${common.optional})`}
          name="email"
          type="email"
          defaultValue={clinic.email ?? ''}
          maxLength={254}
        />
      </div>
      <Select label={t.timeZone} name="timeZone" defaultValue={clinic.timeZone} hint={t.timeZoneHint} required>
        {[...regions].map(([region, names]) => (
          <optgroup key={region} label={region || 'UTC'}>
            {names.map((zone) => (
              <option key={zone} value={zone}>
                {zone.replaceAll('_', ' ')}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      <Field
        label={`${t.country} (${common.optional})`}
        name="country"
        hint={t.countryHint}
        defaultValue={clinic.country ?? ''}
        maxLength={2}
      />
    </>
  )
}

/** The field at which a refusal is shown. */
export const clinicFieldOf = ({ code }: { code: string }): string | undefined =>
  ({
    unknown_time_zone: 'timeZone',
    time_zone_in_use: 'timeZone',
    invalid_email: 'email',
    foreign_key_violation: 'country',
  })[code]
