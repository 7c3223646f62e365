import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { nameIn } from '../text/language.ts'
import { usePages } from '../use_pages.ts'
import { fieldsOf, type ManagedDoctor } from './doctors.tsx'
import { type Fields, FormSheet, Input } from './form.tsx'
import { say } from './say.tsx'
import { useManageText } from './text/common.ts'
import { useDoctorsText } from './text/doctors.ts'

const AllSpecializations = graphql(`
  query AllSpecializations($after: Cursor) {
    specializations(first: 100, after: $after) { nodes { id name names } pageInfo { hasNextPage endCursor } }
  }
`)
const AddDoctor = graphql(`
  mutation AddDoctor($doctor: DoctorInput!) {
    createDoctor(input: { doctor: $doctor }) { doctor { id rowVersion } }
  }
`)
const EditDoctor = graphql(`
  mutation EditDoctor($clinicId: BigInt!, $id: BigInt!, $patch: DoctorPatch!) {
    updateDoctor(input: { clinicId: $clinicId, id: $id, patch: $patch }) { doctor { id rowVersion } }
  }
`)
const SetFields = graphql(`
  mutation SetDoctorFields($clinicId: BigInt!, $doctorId: BigInt!, $specializationIds: [BigInt]!, $rowVersion: Int) {
    setDoctorSpecializations(
      input: { clinicId: $clinicId, doctorId: $doctorId, specializationIds: $specializationIds, rowVersion: $rowVersion }
    ) { doctor { id rowVersion } }
  }
`)

interface DoctorSheetProps {
  /** Nobody for a new one. */
  doctor: ManagedDoctor | undefined
  changed(): void
  close(): void
}

/** A doctor's name, description and fields. */
export function DoctorSheet({ doctor, changed, close }: DoctorSheetProps) {
  const { t, language, locale } = useDoctorsText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const specializations = usePages(AllSpecializations, {}, (result) => result.specializations, { all: true })
  const [stored, setStored] = useState<{ id: string; rowVersion: number }>()
  const before = doctor ? fieldsOf(doctor).map(({ id }) => id) : []

  async function save({ fullName = '', about, ...rest }: Fields) {
    const chosen = Object.keys(rest).flatMap((key) => (key.startsWith('field-') ? [key.slice('field-'.length)] : []))
    const known = stored ?? doctor
    const written = known
      ? (
          await ask(EditDoctor, {
            clinicId: clinic.id,
            id: known.id,
            patch: { fullName, about: about ?? null, rowVersion: known.rowVersion },
          })
        ).updateDoctor?.doctor
      : (await ask(AddDoctor, { doctor: { clinicId: clinic.id, fullName, about: about ?? null } })).createDoctor?.doctor
    // If the second half is refused, the first has happened, and trying again must not add another doctor.
    if (written) setStored(written)
    if (written && chosen.toSorted().join() !== before.toSorted().join()) {
      await ask(SetFields, {
        clinicId: clinic.id,
        doctorId: written.id,
        specializationIds: chosen,
        rowVersion: written.rowVersion,
      })
    }
    say(doctor ? common.saved : t.added(fullName))
    changed()
    close()
  }

  return (
    <FormSheet
      key={doctor?.rowVersion}
      title={doctor ? t.edit(doctor.fullName) : t.add}
      submit={doctor ? common.save : common.add}
      save={save}
      fieldOf={({ code }) => (code === 'check_violation' ? 'fullName' : undefined)}
      reload={changed}
      close={close}
    >
      <Input
        label={t.name}
        name="fullName"
        defaultValue={doctor?.fullName}
        hint={t.nameHint}
        maxLength={200}
        required
      />
      <Input
        label={`${t.about} (${common.optional})`}
        name="about"
        defaultValue={doctor?.about ?? ''}
        hint={t.aboutHint}
        long={3}
        maxLength={1000}
      />
      <fieldset className="checks">
        <legend className="field-label">{t.fields}</legend>
        {specializations.data?.nodes
          .map((field) => ({ id: field.id, name: nameIn(language, field) }))
          .sort((a, b) => a.name.localeCompare(b.name, locale))
          .map(({ id, name }) => (
            <label key={id} className="check">
              <input type="checkbox" name={`field-${id}`} defaultChecked={before.includes(id)} />
              <span>{name}</span>
            </label>
          ))}
      </fieldset>
    </FormSheet>
  )
}
