import { createTokens, type TokenSettings } from '../../../src/request/tokens.ts'
import type { Claims } from '../database/database.ts'

/** Settings for signing tokens: start the server with `JWT_SECRET: tokenSettings.jwtSecret`. */
export const tokenSettings: TokenSettings = {
  jwtSecret: 'a key for tests alone: 0123456789 abcdefgh',
  jwtIssuer: 'medislot',
  jwtAudience: 'medislot',
  accessTokenSeconds: 900,
  externalIssuer: undefined,
}

const byLife = new Map<number, ReturnType<typeof createTokens>>()

/** An access token that such a server accepts, for claims as the test helpers return them. */
export function tokenOf({ sub, sid }: Claims, seconds = tokenSettings.accessTokenSeconds): Promise<string> {
  const tokens = byLife.get(seconds) ?? createTokens({ ...tokenSettings, accessTokenSeconds: seconds })
  byLife.set(seconds, tokens)
  return tokens.issue(String(sub), String(sid))
}
