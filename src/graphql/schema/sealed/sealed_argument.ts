import { type PgCodec, TYPES } from 'postgraphile/@dataplan/pg'
import type { KeyRing } from '../../../identity/key_ring.ts'

declare global {
  namespace GraphileBuild {
    interface GatherOptions {
      /** The keys of IDENTITY_KEYS; without them, documents are refused. */
      identityKeys?: KeyRing | undefined
      /** The keys of CALENDAR_KEYS; without them, external calendars are refused. */
      calendarKeys?: KeyRing | undefined
    }
  }
}

interface SealedArgument {
  /** The functions that take it. */
  functions: readonly string[]
  argument: string
  codecName: string
  keys: 'identityKeys' | 'calendarKeys'
  /** What the database gets: {} for what is not valid, which the function refuses after it has checked the caller. */
  seal(ring: KeyRing, given: unknown): object
}

/**
 * A plugin that encrypts an argument on its way to the database: neither the secret nor a key is in a statement, and so in no
 * log and no statistics.
 */
export function sealedArgument(
  name: string,
  { functions, argument, codecName, keys, seal }: SealedArgument,
): GraphileConfig.Plugin {
  /** One codec for each schema: a registry has no two with one name. */
  const codecs = new WeakMap<GraphileConfig.ResolvedPreset, PgCodec>()

  function codecOf(preset: GraphileConfig.ResolvedPreset): PgCodec {
    const ring = preset.gather?.[keys]
    const codec = codecs.get(preset) ?? {
      ...TYPES.jsonb,
      name: codecName,
      toPg: (given: unknown) => JSON.stringify(ring ? seal(ring, given) : { keysAreMissing: true }),
    }
    codecs.set(preset, codec)
    return codec
  }

  return {
    name,
    gather: {
      hooks: {
        pgProcedures_PgResourceOptions({ resolvedPreset }, { pgProc, resourceOptions }) {
          if (!functions.includes(pgProc.proname)) return
          for (const parameter of resourceOptions.parameters ?? [])
            if (parameter.name === argument) parameter.codec = codecOf(resolvedPreset)
        },
      },
    },
    schema: {
      hooks: {
        init(_, build) {
          for (const resource of Object.values(build.pgResources))
            for (const { name: parameter, codec } of resource.parameters ?? [])
              if (parameter === argument && functions.includes(resource.name) && !build.hasGraphQLTypeForPgCodec(codec))
                build.setGraphQLTypeForPgCodec(codec, ['input', 'output'], 'JSON')
          return _
        },
      },
    },
  }
}

/** Binary values as the database reads them in jsonb. */
export const inHexadecimal = (binary: object): object =>
  Object.fromEntries(
    Object.entries(binary).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('hex') : value]),
  )
