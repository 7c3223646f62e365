import { type PgCodec, TYPES } from 'postgraphile/@dataplan/pg'
import { canonicalAddress } from '../../../database/canonical_address.ts'

/**
 * Domains over text are String in the API: PostgreSQL checks their values, and clients gain nothing from a type for each
 * domain. PostgreSQL casts the text to the domain where it is stored.
 *
 * E-mail addresses in columns, filters and arguments called `email` are converted to their canonical form on the way in, so
 * that people may type `Ann@Müller.example`. PostgreSQL requires that form (app_public.email_address); it knows neither
 * Punycode nor the mapping of UTS 46, and its lower() depends on the locale, so international domains are converted here.
 */
export const TextDomainsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotTextDomainsPlugin',
  before: ['PgCodecsPlugin'],
  gather: {
    hooks: {
      pgCodecs_findPgCodec(_info, event) {
        const { pgType } = event
        if (event.pgCodec || pgType.typtype !== 'd') return
        if (String(pgType.typbasetype) !== TYPES.text.extensions?.oid) return
        event.pgCodec = pgType.typname === 'email_address' ? emailAddress : TYPES.text
      },
      pgProcedures_PgResourceOptions(_info, { resourceOptions }) {
        for (const parameter of resourceOptions.parameters ?? []) {
          if (parameter.name === 'email' && parameter.codec === TYPES.text) parameter.codec = emailAddress
        }
      },
    },
  },
  schema: {
    hooks: {
      init(_, build) {
        build.setGraphQLTypeForPgCodec(emailAddress, ['input', 'output'], 'String')
        return _
      },
    },
  },
}

const emailAddress: PgCodec = {
  ...TYPES.text,
  name: 'emailAddress',
  toPg: (value: unknown) => canonicalAddress(String(value)),
}
