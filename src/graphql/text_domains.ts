import { domainToASCII } from 'node:url'
import { type PgCodec, TYPES } from 'postgraphile/@dataplan/pg'

/**
 * Domains over text are String in the API: PostgreSQL judges their values, and a client has nothing to gain from a type
 * for each. PostgreSQL turns a text into the domain where it is stored.
 *
 * E-mail addresses are brought into canonical form on the way in, in columns, filters and arguments called `email`, so
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

/** What is not an address is left for PostgreSQL to refuse. */
export function canonicalAddress(typed: string): string {
  const address = typed.trim()
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  // Only a name with letters that ASCII lacks needs the conversion, which reads numbers as IP addresses and stops at `/`.
  const isName = /^[\p{L}\p{M}\p{N}.\u3002-]+$/u.test(domain) && /[^a-z\d.-]/i.test(domain)
  const ascii = at >= 0 && isName ? domainToASCII(domain) || domain : domain
  return (address.slice(0, at + 1) + ascii).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
