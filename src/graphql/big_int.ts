import 'postgraphile'
import { GraphQLError, Kind, type ValueNode } from 'postgraphile/graphql'

/**
 * Ids go out as strings, since JavaScript's numbers cannot hold every bigint, but come in as GraphQL's own ID does: as a
 * string or a whole number, `clinicId: 1` or `clinicId: "1"`. Everything else is told what is wanted, before it gets to the
 * database. A number that JavaScript has already rounded would name another row, so it is refused.
 */
export const BigIntPlugin: GraphileConfig.Plugin = {
  name: 'MedislotBigIntPlugin',
  schema: {
    hooks: {
      GraphQLScalarType(config) {
        if (config.name !== 'BigInt') return config
        return {
          ...config,
          parseValue: bigInt,
          parseLiteral: (node: ValueNode) =>
            node.kind === Kind.INT || node.kind === Kind.STRING ? bigInt(node.value) : refuse(node.kind),
        }
      },
    },
  },
}

function bigInt(value: unknown): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && /^-?\d{1,19}$/.test(text) ? text : refuse(value)
}

function refuse(value: unknown): never {
  throw new GraphQLError(`a BigInt is a whole number, as a string or a number, not ${JSON.stringify(value)}`)
}
