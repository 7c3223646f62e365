/** What is searched for; what is left out is anything. */
export interface Search {
  specialization?: string | undefined
  clinic?: string | undefined
  doctor?: string | undefined
  /** A clinic's local date. */
  date?: string | undefined
}

const names = ['specialization', 'clinic', 'doctor', 'date'] as const
const shapes = { specialization: /^\d{1,18}$/, clinic: /^\d{1,18}$/, doctor: /^\d{1,18}$/, date: /^\d{4}-\d\d-\d\d$/ }

/** The search in an address; what is malformed there counts as left out. */
export function readSearch(parameters: URLSearchParams): Search {
  const given = names.map((name) => [name, parameters.get(name)] as const)
  const search = Object.fromEntries(given.filter(([name, value]) => shapes[name].test(value ?? ''))) as Search
  if (search.date && Number.isNaN(Date.parse(search.date))) delete search.date
  // A doctor is found within a clinic.
  if (!search.clinic) delete search.doctor
  return search
}

/** The parameters that say a search in an address. */
export function writeSearch(search: Search): Record<string, string> {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value)) as Record<string, string>
}

/** The address of the front page with a search. */
export function searchAddress(search: Search): string {
  const parameters = new URLSearchParams(writeSearch(search)).toString()
  return parameters ? `/?${parameters}` : '/'
}
