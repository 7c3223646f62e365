import { type ArgumentNode, valueFromASTUntyped } from 'postgraphile/graphql'

/** Arguments, each with the name of its field. */
export type Uses = { field: string; argument: ArgumentNode }[]

/** What a root field names: ids of clinics, and ids of rows, some of which belong to clinics. */
export interface Named {
  clinics: string[]
  rows: { id: string; name: string; isOfPeople: boolean }[]
}

/** Parts of a filter that are not names of columns or relations. */
const passesName = new Set(['filter', 'condition', 'input', 'patch', 'and', 'or', 'some', 'equalTo', 'in'])
/** Parts that exclude what they name, or are fulfilled also where there is none. */
const excludes = new Set(['not', 'none', 'every', 'notEqualTo', 'notIn', 'isNull', 'lessThan', 'greaterThan'])

/** Relations to people and to what is the same everywhere, which lead to rows of other clinics. */
const toPeople = /^(?!clinicCustomer$)(\w*(customer|account|into)|specialization)$/i

/** Ids of rows of the global database: of people, and of data that is the same in every database. */
const ofPeople = /(customer|account|specialization|merge|guardianship)(Ids?|s)?$/i

/** The token of a link (app_private.read_link): key, signature, purpose, the clinic's id in hexadecimal, a subject. */
const link = /^[1-9]\d{0,8}\.[\w-]{16}\.[mjocf]([1-9a-f][0-9a-f]{0,14})-[1-9a-f][0-9a-f]{0,14}$/

/**
 * The token of an invitation of a clinic in a shard, or of a link to add one of its records
 * (app_private.account_message_of), with the clinic's id in hexadecimal.
 */
const mailed = /^[ir]([1-9a-f][0-9a-f]{0,14})\.[\w-]{32}$/

/** What the arguments of a root field name. */
export function namedBy(uses: Uses, variables: Record<string, unknown>): Named {
  const named: Named = { clinics: [], rows: [] }
  for (const { field, argument } of uses) {
    const value = valueFromASTUntyped(argument.value, variables)
    collect(named, [field], { [argument.name.value]: field === 'beginCheckout' ? itsClinic(value) : value })
  }
  return named
}

/** A checkout is begun at the clinic that it names. The databases of the others make their shares: sharing.ts. */
const itsClinic = (input: unknown) => ({ clinicId: (input as { clinicId?: unknown } | null | undefined)?.clinicId })

/** Adds the ids in a value to what is named. `path` has the names of columns and relations that lead to it. */
function collect(named: Named, path: string[], value: unknown): void {
  if (typeof value === 'string' || typeof value === 'number') addId(named, path, String(value))
  if (typeof value !== 'object' || value === null) return
  const parts = Array.isArray(value) ? value.map((item) => ['in', item] as const) : Object.entries(value)
  for (const [name, inner] of parts) {
    if (name === 'or') collectAlternatives(named, path, [inner].flat())
    else if (!excludes.has(name)) collect(named, passesName.has(name) ? path : [...path, name], inner)
  }
}

/** Alternatives say where rows are only if each of them does. */
function collectAlternatives({ clinics, rows }: Named, path: string[], alternatives: unknown[]): void {
  const each = alternatives.map((alternative) => {
    const named: Named = { clinics: [], rows: [] }
    collect(named, path, alternative)
    return named
  })
  if (each.some((named) => named.clinics.length === 0 && named.rows.every(({ isOfPeople }) => isOfPeople))) return
  for (const named of each) {
    clinics.push(...named.clinics)
    rows.push(...named.rows)
  }
}

function addId(named: Named, path: string[], value: string): void {
  const [parent = '', name = ''] = path.slice(-2)
  if (name === 'token') addClinicOfToken(named, value)
  else if (!/^\d{1,18}$/.test(value) || path.slice(1, -1).some((each) => toPeople.test(each))) return
  else if (/^clinicIds?$/.test(name) || (name === 'id' && /^(clinics?|updateClinic)$/.test(parent)))
    named.clinics.push(value)
  else if (/^id$|Ids?$/.test(name) && name !== 'clientMutationId')
    named.rows.push({ id: value, name, isOfPeople: ofPeople.test(name === 'id' ? parent : name) })
}

function addClinicOfToken({ clinics }: Named, token: string): void {
  const [, hexadecimal] = link.exec(token) ?? mailed.exec(token) ?? []
  if (hexadecimal) clinics.push(String(Number.parseInt(hexadecimal, 16)))
}
