import type { PgSelectSingleStep } from 'postgraphile/@dataplan/pg'
import { context, lambda, type ObjectStep, sideEffect } from 'postgraphile/grafast'
import { getNamedType } from 'postgraphile/graphql'
import { extendSchema, gql, wrapPlans } from 'postgraphile/utils'
import { Refusal } from '../../request/refusal.ts'
import '../../request/tokens.ts'

/** Adds the access token of its session to AuthTokens: the database stores sessions, and the server signs tokens. */
const AccessTokenPlugin = extendSchema(
  {
    typeDefs: gql`
    extend type AuthTokens {
      "To be sent as 'Authorization: Bearer …' with every request until it expires."
      accessToken: String!
      "How long the access token is valid, in seconds from now."
      expiresIn: Int!
    }
  `,
    objects: {
      AuthTokens: {
        plans: {
          accessToken($tokens: PgSelectSingleStep) {
            return lambda(
              [context().get('tokens'), $tokens.get('account_id'), $tokens.get('session_id')],
              ([tokens, accountId, sessionId]) => tokens.issue(accountId, sessionId),
            )
          },
          expiresIn: () => lambda(context().get('tokens'), (tokens) => tokens.seconds),
        },
      },
    },
  },
  'MedislotAccessTokenPlugin',
)

/**
 * Turns the column `refusal` of a result into an error. Some refusals change something and must therefore commit: a failed
 * sign-in is counted, a refresh token that is used twice ends its session. Raising an error in the database would roll that
 * back, so the function returns the refusal, and the error is thrown here, after the commit.
 */
const RecordedRefusalPlugin = wrapPlans(
  ({ scope }, build, field) => {
    if (!scope.isRootMutation) return null
    const result = build.scopeByType.get(getNamedType(field.type)) as GraphileBuild.ScopeObject | undefined
    return result?.pgTypeResource?.codec.attributes?.refusal ? result : null
  },
  () => (plan) => {
    const $payload = plan() as ObjectStep<{ result: PgSelectSingleStep }>
    // On the mutation itself, not on a field of its payload: callers who select nothing must get the error, too.
    sideEffect($payload.get('result').get('refusal'), (refusal) => {
      if (refusal) throw new Refusal(refusal)
    })
    return $payload
  },
  { name: 'MedislotRecordedRefusalPlugin' },
)

const HiddenRefusalPlugin: GraphileConfig.Plugin = {
  name: 'MedislotHiddenRefusalPlugin',
  schema: {
    entityBehavior: {
      pgCodecAttribute: {
        override: (behavior, [codec, name]) =>
          codec.extensions?.isTableLike === false && name === 'refusal' ? [behavior, '-*'] : behavior,
      },
    },
  },
}

export const authTokensPreset: GraphileConfig.Preset = {
  plugins: [AccessTokenPlugin, RecordedRefusalPlugin, HiddenRefusalPlugin],
}
