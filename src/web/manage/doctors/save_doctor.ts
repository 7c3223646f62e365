import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import type { Fields } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { fieldsOf, type ManagedDoctor } from './managed_doctor.ts'

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
const AddRoom = graphql(`
  mutation AddDoctorRoom($doctorRoom: DoctorRoomInput!) {
    createDoctorRoom(input: { doctorRoom: $doctorRoom }) { doctorRoom { url } }
  }
`)
const EditRoom = graphql(`
  mutation EditDoctorRoom($clinicId: BigInt!, $doctorId: BigInt!, $url: String!) {
    updateDoctorRoom(input: { clinicId: $clinicId, doctorId: $doctorId, patch: { url: $url } }) { doctorRoom { url } }
  }
`)
const RemoveRoom = graphql(`
  mutation RemoveDoctorRoom($clinicId: BigInt!, $doctorId: BigInt!) {
    deleteDoctorRoom(input: { clinicId: $clinicId, doctorId: $doctorId }) { clientMutationId }
  }
`)
const SetFields = graphql(`
  mutation SetDoctorFields($clinicId: BigInt!, $doctorId: BigInt!, $specializationIds: [BigInt]!, $rowVersion: Int) {
    setDoctorSpecializations(
      input: { clinicId: $clinicId, doctorId: $doctorId, specializationIds: $specializationIds, rowVersion: $rowVersion }
    ) { doctor { id rowVersion } }
  }
`)

/** Saves what was entered about a doctor, or about a new one: the data, the specializations and the online room. */
export function useSaveDoctor(doctor: ManagedDoctor | undefined) {
  const { clinic } = useWorkplace()
  const [stored, setStored] = useState<{ id: string; rowVersion: number }>()
  const known = stored ?? doctor
  return async ({ fullName = '', about = null, room, fields, ...rest }: { about?: string | null } & Fields) => {
    const chosen = Object.keys(rest).flatMap((key) => (key.startsWith('field-') ? [key.slice('field-'.length)] : []))
    const written = known
      ? (
          await request(EditDoctor, {
            clinicId: clinic.id,
            id: known.id,
            patch: { fullName, about, rowVersion: known.rowVersion },
          })
        ).updateDoctor?.doctor
      : (await request(AddDoctor, { doctor: { clinicId: clinic.id, fullName, about } })).createDoctor?.doctor
    if (!written) return
    // The doctor is added even if the next request is refused. Another attempt must not add a second one.
    setStored(written)
    const { id: doctorId, rowVersion } = written
    const before = doctor ? fieldsOf(doctor).map(({ id }) => id) : []
    // If the specializations could not be loaded, the stored ones are kept.
    if (fields && chosen.toSorted().join() !== before.toSorted().join()) {
      await request(SetFields, { clinicId: clinic.id, doctorId, specializationIds: chosen, rowVersion })
    }
    await saveRoom({ clinicId: clinic.id, doctorId }, doctor?.doctorRoom?.url, room)
  }
}

async function saveRoom(of: { clinicId: string; doctorId: string }, before: string | undefined, url?: string) {
  if (url === before) return
  if (!url) await request(RemoveRoom, of)
  else if (before === undefined) await request(AddRoom, { doctorRoom: { ...of, url } })
  else await request(EditRoom, { ...of, url })
}
