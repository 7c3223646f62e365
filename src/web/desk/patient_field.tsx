import { useState } from 'react'
import { ComboBox, FieldError, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { graphql } from '../graphql/generated/gql.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { useText } from '../text/language.ts'
import { useQuery } from '../use_query.ts'
import { useDeskText } from './text.ts'
import { useIsPhone } from './use_is_phone.ts'

const FindPatients = graphql(`
  query FindPatients($clinicId: BigInt!, $wanted: String!) {
    findClinicCustomers(clinicId: $clinicId, wanted: $wanted, pageSize: 12) { customerId fullName phone email }
  }
`)

export interface Patient {
  id: string
  name: string
}

interface PatientFieldProps {
  patient: Patient | undefined
  choose(patient: Patient | undefined): void
  /** Nobody was chosen, and somebody must be. */
  isMissing: boolean
}

/** Somebody in the clinic's records, by name, phone or e-mail: found by the server while one types. */
export function PatientField({ patient, choose, isMissing }: PatientFieldProps) {
  const { t } = useDeskText()
  const { t: shared } = useText()
  const { clinic } = useWorkplace()
  const isPhone = useIsPhone()
  const [typed, setTyped] = useState(patient?.name ?? '')
  const { data } = useQuery(FindPatients, { clinicId: clinic.id, wanted: typed === patient?.name ? '' : typed })
  const items = (data?.findClinicCustomers ?? []).map(({ customerId, fullName, phone, email }) => ({
    id: customerId,
    name: fullName,
    detail: [phone, email].filter(Boolean).join(' · '),
  }))
  return (
    <ComboBox
      className="field combo"
      items={items}
      inputValue={typed}
      onInputChange={(text) => {
        setTyped(text)
        if (patient && text !== patient.name) choose(undefined)
      }}
      value={patient?.id ?? null}
      onChange={(key) => {
        const found = items.find(({ id }) => id === key)
        if (!found) return
        setTyped(found.name)
        choose(found)
      }}
      // Whoever opens a free time at a desk wants to say for whom; a phone's keyboard would cover half of it.
      autoFocus={!isPhone}
      menuTrigger="input"
      allowsEmptyCollection
      allowsCustomValue
      isInvalid={isMissing && !patient}
    >
      <Label>{t.slot.find}</Label>
      <div className="combo-box">
        <Input autoComplete="off" />
      </div>
      <FieldError className="field-error">{t.slot.noneChosen}</FieldError>
      <Popover className="popover">
        <ListBox
          className="list-box"
          renderEmptyState={() => <p className="list-empty">{data ? t.slot.noneFound : shared.problem.loading}</p>}
        >
          {({ id, name, detail }: (typeof items)[number]) => (
            <ListBoxItem id={id} textValue={name} className="list-item">
              <span>{name}</span>
              <small>{detail || `${t.slot.noPhone}, ${t.slot.noEmail}`}</small>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
