import { graphql } from './generated/gql.ts'
import { request } from './session.ts'

const FindClinics = graphql(`
  query FindClinics($wanted: String!, $among: [BigInt]) {
    findClinics(wanted: $wanted, among: $among, pageSize: 50) { id name address isActive }
  }
`)

/** Finds clinics by name despite misspelling, the best matches first; `among` limits the search to some ids. */
export async function findClinics(wanted: string, signal: AbortSignal, among?: string[]) {
  const { findClinics } = await request(FindClinics, { wanted, ...(among && { among }) }, signal)
  return (findClinics ?? []).flatMap((it) => (it ? [{ ...it, detail: it.address }] : []))
}
