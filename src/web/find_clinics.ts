import { graphql } from './graphql/generated/gql.ts'
import { ask } from './session.ts'

const FindClinics = graphql(`
  query FindClinics($wanted: String!, $among: [BigInt]) {
    findClinics(wanted: $wanted, among: $among, pageSize: 50) { id name address isActive }
  }
`)

/** The clinics of a name, however it is spelt, the best matches first; `among` says of which, by their ids. */
export async function findClinics(wanted: string, signal: AbortSignal, among?: string[]) {
  const { findClinics } = await ask(FindClinics, { wanted, ...(among && { among }) }, signal)
  return (findClinics ?? []).flatMap((it) => (it ? [{ ...it, detail: it.address }] : []))
}
