/** The criteria of a search. A missing one matches anything. */
export interface Search {
  specialization?: string | undefined
  clinic?: string | undefined
  doctor?: string | undefined
  /** What the visit is for, at the clinic. */
  service?: string | undefined
  /** A clinic's local date. */
  date?: string | undefined
}

const names = ['specialization', 'clinic', 'doctor', 'service', 'date'] as const
const id = /^\d{1,18}$/
const shapes = { specialization: id, clinic: id, doctor: id, service: id, date: /^\d{4}-\d\d-\d\d$/ }

/** Reads the search from an address. Malformed parameters are ignored. */
export function readSearch(parameters: URLSearchParams): Search {
  const given = names.map((name) => [name, parameters.get(name)] as const)
  const search = Object.fromEntries(given.filter(([name, value]) => shapes[name].test(value ?? ''))) as Search
  if (search.date && Number.isNaN(Date.parse(search.date))) delete search.date
  // A doctor and a service are searched for only within a clinic.
  if (!search.clinic) {
    delete search.doctor
    delete search.service
  }
  return search
}

/** The parameters of an address for a search. */
export function writeSearch(search: Search): Record<string, string> {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value)) as Record<string, string>
}

/** The address of the front page with a search. */
export function searchAddress(search: Search): string {
  const parameters = new URLSearchParams(writeSearch(search)).toString()
  return parameters ? `/?${parameters}` : '/'
}
