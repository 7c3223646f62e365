import type { PgSelectSingleStep } from 'postgraphile/@dataplan/pg'
import { context, lambda, sideEffect } from 'postgraphile/grafast'
import { extendSchema, gql, wrapPlans } from 'postgraphile/utils'
import type { RecordingStore } from '../../../consultation/recordings.ts'
import { Refusal } from '../../../request/refusal.ts'

declare global {
  namespace Grafast {
    interface Context {
      recordings: RecordingStore | undefined
    }
  }
}

const columns = ['method', 'object_key', 'recording_id', 'content_type', 'bytes', 'expires_at'] as const

/** The database decides who may upload or download which file, the server signs the address: adds it to RecordingLink. */
const LinkPlugin = extendSchema(
  {
    typeDefs: gql`
      extend type RecordingLink {
        "The address of the file. Anyone who has it can use it until it expires."
        url: String!
      }
    `,
    objects: {
      RecordingLink: {
        plans: {
          url($link: PgSelectSingleStep) {
            const $values = columns.map((column) => $link.get(column))
            return lambda([context().get('recordings'), ...$values], ([store, ...values]) =>
              url(store as RecordingStore, values as string[]),
            )
          },
        },
      },
    },
  },
  'MedislotRecordingLinkPlugin',
)

function url(store: RecordingStore, values: string[]): Promise<string> {
  const [method, key, id, contentType, bytes, expiresAt] = values as [string, string, string, string, string, string]
  const until = new Date(expiresAt)
  if (method === 'PUT') return store.uploadUrl(key, { contentType, bytes: Number(bytes) }, until)
  return store.downloadUrl(key, { contentType, name: `recording-${id}.${contentType.split('/')[1]}` }, until)
}

/** Without a storage nothing is begun: the mutations are refused before the database is called, apart from who the caller is. */
const RefusalPlugin = wrapPlans(
  { Mutation: { beginRecording: requireStore, openRecording: requireStore } },
  { name: 'MedislotRecordingsUnavailablePlugin' },
)

function requireStore<T>(plan: () => T): T {
  const $ = context()
  sideEffect(
    [$.get('recordings'), $.get('withPgClient'), $.get('pgSettings')],
    async ([store, withPgClient, settings]) => {
      if (store) return
      // Callers who may not call at all are refused by begin_request, so that they learn nothing about the settings.
      await withPgClient(settings, (client) => client.query({ text: 'select' }))
      throw new Refusal('recordings_unavailable')
    },
  )
  return plan()
}

export const RecordingsPlugin = [LinkPlugin, RefusalPlugin]
