import { graphql } from './graphql/generated/gql.ts'
import type { ClinicFilter } from './graphql/generated/graphql.ts'
import { ask } from './session.ts'

const FindClinics = graphql(`
  query FindClinics($filter: ClinicFilter!) {
    clinics(filter: $filter, first: 50, orderBy: [NAME_ASC]) { nodes { id name address isActive } }
  }
`)

/** The clinics that have a text in their name, or the first of very many, by name. */
export async function findClinics(wanted: string, signal: AbortSignal, among?: ClinicFilter) {
  const filter = { ...among, name: { includesInsensitive: wanted } }
  const { clinics } = await ask(FindClinics, { filter }, signal)
  return (clinics?.nodes ?? []).flatMap((it) => (it ? [{ ...it, detail: it.address }] : []))
}
