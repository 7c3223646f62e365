import { graphql } from '../../data/generated/gql.ts'
import type { ManageStaffQuery } from '../../data/generated/graphql.ts'

export const ManageStaff = graphql(`
  query ManageStaff($clinicId: BigInt!, $after: Cursor) {
    employees(filter: { clinicId: { equalTo: $clinicId } }, first: 50, after: $after) {
      nodes { clinicId id accountId fullName email role isActive rowVersion doctorId doctor { fullName } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
export const EditEmployee = graphql(`
  mutation EditEmployee($clinicId: BigInt!, $id: BigInt!, $patch: EmployeePatch!) {
    updateEmployee(input: { clinicId: $clinicId, id: $id, patch: $patch }) { employee { id } }
  }
`)

export type Employee = NonNullable<NonNullable<ManageStaffQuery['employees']>['nodes'][number]>
