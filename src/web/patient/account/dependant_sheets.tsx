import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { Field, Select } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useText } from '../../text/language.ts'
import { familyTexts } from '../../text/patient/family.ts'

const Add = graphql(`
  mutation AddDependant($fullName: String!, $birthDate: Date!, $relation: GuardianRelation!) {
    addDependant(input: { fullName: $fullName, birthDate: $birthDate, relation: $relation }) { clientMutationId }
  }
`)
const End = graphql(`
  mutation EndGuardianship($id: BigInt!) {
    endGuardianship(input: { dependantCustomerId: $id }) { clientMutationId }
  }
`)

const relations = ['PARENT', 'LEGAL_GUARDIAN', 'CARER'] as const

interface DependantSheetProps {
  close(): void
  changed(): Promise<void>
}

/** Adds a person for whom the patient books. */
export function AddDependant({ close, changed }: DependantSheetProps) {
  const { t } = useText(familyTexts)
  return (
    <Sheet title={t.addTitle} close={close}>
      <Form
        submit={t.addSubmit}
        onSubmit={async ({ fullName = '', birthDate = '', relation }) => {
          const chosen = relations.find((one) => one === relation) ?? 'PARENT'
          await request(Add, { fullName, birthDate, relation: chosen })
          await changed()
        }}
      >
        <Field label={t.name} name="fullName" autoComplete="off" required />
        <Field label={t.birthDate} name="birthDate" type="date" required />
        <Select label={t.relation} name="relation" defaultValue="PARENT">
          {relations.map((relation) => (
            <option key={relation} value={relation}>
              {t.relations[relation]}
            </option>
          ))}
        </Select>
      </Form>
    </Sheet>
  )
}

/** Asks before the patient stops booking for a person. */
export function RemoveDependant({
  dependant,
  close,
  changed,
}: DependantSheetProps & { dependant: { id: string; fullName: string } }) {
  const { t } = useText(familyTexts)
  return (
    <Sheet title={t.removeTitle(dependant.fullName)} close={close}>
      <p>{t.removeLead}</p>
      <Form
        danger
        submit={t.removeSubmit}
        onSubmit={async () => {
          await request(End, { id: dependant.id })
          await changed()
        }}
        aside={
          <button type="button" className="button" onClick={close}>
            {t.keep}
          </button>
        }
      />
    </Sheet>
  )
}
