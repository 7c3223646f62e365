import type { PgSelectSingleStep } from 'postgraphile/@dataplan/pg'
import { context, lambda } from 'postgraphile/grafast'
import { extendSchema, gql } from 'postgraphile/utils'
import type { Guest, Providers } from '../../../consultation/provider.ts'
import { log } from '../../../process/log.ts'
import { Refusal } from '../../../request/refusal.ts'

declare global {
  namespace Grafast {
    interface Context {
      consultations: Providers
    }
  }
}

const columns = ['provider', 'room', 'provider_reference', 'opens_at', 'closes_at', 'role', 'display_name'] as const

/** The database decides who joins which room, the provider makes the address: adds it to the entrance of an online visit. */
export const ConsultationPlugin = extendSchema(
  {
    typeDefs: gql`
      extend type ConsultationEntry {
        """
        The address at which the caller joins, for this person and the time of the visit. Null before joining, and if the
        clinic only sees who has come.
        """
        joinUrl: String
      }
    `,
    objects: {
      ConsultationEntry: {
        plans: {
          joinUrl($entry: PgSelectSingleStep) {
            const $values = columns.map((column) => $entry.get(column))
            return lambda([context().get('consultations'), ...$values], ([providers, ...values]) =>
              joinUrl(providers as Providers, values as (string | null)[]),
            )
          },
        },
      },
    },
  },
  'MedislotConsultationPlugin',
)

async function joinUrl(providers: Providers, values: (string | null)[]): Promise<string | null> {
  const [provider, room, reference = null, opensAt, closesAt, role, name] = values
  if (!provider || !room) return null
  const guest = { role: role as Guest['role'], name: name ?? '' }
  const times = { opensAt: new Date(opensAt ?? ''), closesAt: new Date(closesAt ?? '') }
  try {
    return await providers[provider as keyof Providers].joinUrl({ room, reference, ...times }, guest)
  } catch (error) {
    log.error({ err: error }, 'a person could not join an online visit')
    throw new Refusal('consultation_unavailable')
  }
}
