import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { compare, type Measured } from '../measure/compare.ts'
import { type Load, loadOn, perSecond } from '../measure/load.ts'
import { makeWorld } from '../world/world.ts'

const callers = 200
const sizes = {
  quick: { clinics: 5, doctors: 2, reads: 50, rounds: 1 },
  usual: { clinics: 50, doctors: 20, reads: 4000, rounds: 5 },
  full: { clinics: 50, doctors: 20, reads: 20_000, rounds: 9 },
}

export const benchmark: Benchmark = {
  name: 'cache',
  work: `${callers} anonymous callers read the catalogue; requests a second`,
  seconds: { quick: 15, usual: 120, full: 600 },
  run,
}

/** What the front page requests (src/web/patient/search/search_form.tsx). */
const frontPage = `query WhatAndWhere {
  specializations(first: 100) { nodes { id name names } }
  clinics(first: 20, orderBy: [NAME_ASC]) { nodes { id name isActive } pageInfo { hasNextPage } }
}`

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { reads, rounds, ...size } = sizes[scale]
  const world = await makeWorld({ ...size, days: 0, customers: 1 })
  const loads: Load[] = []
  try {
    const servers = {
      'from the database': await world.program('server', { CATALOGUE_CACHE: 'off' }),
      'with the cache': await world.program('server'),
    }
    const requests: Record<string, (load: Load, n: number) => ReturnType<Load['get']>> = {
      'GET /api/clinics/{id}': (load, n) => load.get(`/api/clinics/${1 + (n % size.clinics)}`),
      "the front page's catalogue": (load) => load.post('/graphql', { query: frontPage }),
    }
    const figures: Measured[] = []
    for (const [group, request] of Object.entries(requests)) {
      progress(group)
      figures.push(
        ...(await compare({
          group,
          unit: '/s',
          rounds,
          contestants: Object.entries(servers).map(([name, { url }]) => {
            const load = loadOn(url, callers)
            loads.push(load)
            return {
              name,
              round: () =>
                perSecond(callers, [...Array(reads).keys()], async (n) => {
                  const { status, text } = await request(load, n)
                  if (status !== 200 || text.includes('"errors"')) throw new Error(`answered ${status}: ${text}`)
                }),
            }
          }),
        })),
      )
    }
    return figures
  } finally {
    for (const load of loads) await load.close()
    await world.end()
  }
}
