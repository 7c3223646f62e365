export interface ChoosableDoctor {
  id: string
  fullName: string
}

/** Doctors to choose from in a <Select>. */
export const DoctorOptions = ({ doctors }: { doctors: readonly ChoosableDoctor[] }) =>
  doctors.map(({ id, fullName }) => (
    <option key={id} value={id}>
      {fullName}
    </option>
  ))
