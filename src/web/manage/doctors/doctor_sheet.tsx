import { showToast } from '../../parts/feedback/toast.tsx'
import { Field } from '../../parts/form/field.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { doctorsTexts } from '../../text/manage/doctors.ts'
import { fieldsOf, type ManagedDoctor } from './managed_doctor.ts'
import { useSaveDoctor } from './save_doctor.ts'
import { useSpecializations } from './use_specializations.ts'

interface DoctorSheetProps {
  /** Undefined to add a doctor. */
  doctor: ManagedDoctor | undefined
  changed(): void
  close(): void
}

/** Edits a doctor's name, description and specializations. */
export function DoctorSheet({ doctor, changed, close }: DoctorSheetProps) {
  const { t } = useText(doctorsTexts)
  const { t: common } = useText(manageTexts)
  const saveDoctor = useSaveDoctor(doctor)

  async function save(fields: Fields) {
    await saveDoctor(fields)
    showToast(doctor ? common.saved : t.added(fields.fullName ?? ''))
    changed()
    close()
  }

  return (
    <FormSheet
      key={doctor?.rowVersion}
      title={doctor ? t.edit(doctor.fullName) : t.add}
      submit={doctor ? common.save : common.add}
      onSubmit={save}
      fieldOf={({ code }) => (code === 'check_violation' ? 'fullName' : undefined)}
      reload={changed}
      close={close}
    >
      <Field
        label={t.name}
        name="fullName"
        defaultValue={doctor?.fullName}
        hint={t.nameHint}
        maxLength={200}
        required
      />
      <Field
        label={`${t.about} (${common.optional})`}
        name="about"
        defaultValue={doctor?.about ?? ''}
        hint={t.aboutHint}
        long={3}
        maxLength={1000}
      />
      <Field
        label={`${t.room} (${common.optional})`}
        name="room"
        type="url"
        pattern="https://.+"
        defaultValue={doctor?.doctorRoom?.url ?? ''}
        hint={t.roomHint}
        maxLength={500}
      />
      <Specializations doctor={doctor} />
    </FormSheet>
  )
}

/** The specializations to choose from. */
function Specializations({ doctor }: Pick<DoctorSheetProps, 'doctor'>) {
  const { t } = useText(doctorsTexts)
  const chosen = doctor ? fieldsOf(doctor).map(({ id }) => id) : []
  return (
    <Loaded query={useSpecializations()} skeleton="block">
      {(specializations) => (
        <fieldset className="checks">
          <legend className="field-label">{t.fields}</legend>
          <input type="hidden" name="fields" value="shown" />
          {specializations.map(({ id, name }) => (
            <label key={id} className="check">
              <input type="checkbox" name={`field-${id}`} defaultChecked={chosen.includes(id)} />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      )}
    </Loaded>
  )
}
