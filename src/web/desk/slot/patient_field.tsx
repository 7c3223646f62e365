import { useState } from 'react'
import { ComboBox, FieldError, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { useIsPhone } from '../../parts/layout/use_is_phone.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { slotTexts } from '../../text/desk/slot.ts'
import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'

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
  /** Whether a required choice is missing. */
  isMissing: boolean
}

/** Chooses a patient from the clinic's records by name, phone or e-mail. The server searches while the user types. */
export function PatientField({ patient, choose, isMissing }: PatientFieldProps) {
  const { t } = useText(slotTexts)
  const { t: common } = useText(commonTexts)
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
      // The desk enters the patient first. On a phone the field does not get the focus: the keyboard would cover half of the sheet.
      autoFocus={!isPhone}
      menuTrigger="input"
      allowsEmptyCollection
      allowsCustomValue
      isInvalid={isMissing && !patient}
    >
      <Label>{t.find}</Label>
      <div className="combo-box">
        <Input autoComplete="off" />
      </div>
      <FieldError className="field-error">{t.noneChosen}</FieldError>
      <Popover className="popover">
        <ListBox
          className="list-box"
          renderEmptyState={() => <p className="list-empty">{data ? t.noneFound : common.loading}</p>}
        >
          {({ id, name, detail }: (typeof items)[number]) => (
            <ListBoxItem id={id} textValue={name} className="list-item">
              <span>{name}</span>
              <small>{detail || `${t.noPhone}, ${t.noEmail}`}</small>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
