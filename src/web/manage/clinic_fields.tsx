import { Input, Select } from './form.tsx'
import { useClinicText } from './text/clinic.ts'
import { useManageText } from './text/common.ts'

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

/** What a clinic tells of itself. */
export function ClinicFields({ clinic }: ClinicFieldsProps) {
  const { t } = useClinicText()
  const { t: common } = useManageText()
  const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zone.includes('/'))
  const regions = Map.groupBy(zones.includes(clinic.timeZone) ? zones : [clinic.timeZone, ...zones], (zone) =>
    zone.slice(0, Math.max(zone.indexOf('/'), 0)),
  )
  return (
    <>
      <Input label={t.name} name="name" defaultValue={clinic.name} maxLength={200} required />
      <Input
        label={`${t.address} (${common.optional})`}
        name="address"
        defaultValue={clinic.address ?? ''}
        maxLength={500}
      />
      <div className="two-fields">
        <Input
          label={`${t.phone} (${common.optional})`}
          name="phone"
          type="tel"
          defaultValue={clinic.phone ?? ''}
          maxLength={50}
        />
        <Input
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
      <Input
        label={`${t.country} (${common.optional})`}
        name="country"
        hint={t.countryHint}
        defaultValue={clinic.country ?? ''}
        maxLength={2}
      />
    </>
  )
}

/** Where a refused clinic is told. */
export const clinicFieldOf = ({ code }: { code: string }): string | undefined =>
  ({
    unknown_time_zone: 'timeZone',
    time_zone_in_use: 'timeZone',
    invalid_email: 'email',
    foreign_key_violation: 'country',
  })[code]
