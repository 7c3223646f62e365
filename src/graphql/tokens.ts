import { createSecretKey } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, SignJWT } from 'jose'
import type { ServerSettings } from '../settings.ts'
import { Refusal } from './errors.ts'
import { Remembered } from './remembered.ts'

/**
 * What app_private.begin_request is told about a caller: who, which is nothing of an anonymous one, from which address, and
 * when somebody signs in on the pages, with which browser (a digest).
 */
export type Claims = { sub?: string; sid?: string; iss?: string; from?: string; device?: string }

declare global {
  namespace Grafast {
    interface Context {
      tokens: Tokens
    }
  }
}

export interface Tokens {
  /** How long an access token is good for, seconds. */
  readonly seconds: number
  /** A signed access token for a session. */
  issue(accountId: string, sessionId: string): Promise<string>
  /**
   * The claims of a bearer token, `{}` when there is none. Throws Refusal `unauthenticated` for a token that is
   * expired, forged or not meant for us: who presents a token wants to be somebody, and is never silently nobody.
   */
  claimsOf(authorization: string | undefined): Promise<Claims>
}

export type TokenSettings = Pick<
  ServerSettings,
  'jwtSecret' | 'jwtIssuer' | 'jwtAudience' | 'accessTokenSeconds' | 'externalIssuer'
>

const rememberedTokens = 10_000
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/** Issues and verifies access tokens: our own (HS256), and those of one external issuer, by its published keys. */
export function createTokens(settings: TokenSettings): Tokens {
  const { jwtIssuer: issuer, jwtAudience: audience, accessTokenSeconds: seconds, externalIssuer: external } = settings
  const key = createSecretKey(Buffer.from(settings.jwtSecret))
  // Verifying one took a sixth of a booking's time. Only our own: an external issuer may withdraw a key at any moment.
  const remembered = new Remembered<string, { claims: Claims; until: number }>(rememberedTokens)
  const externalKeys = external && createRemoteJWKSet(new URL(external.jwksUrl))

  async function verified(token: string): Promise<Claims> {
    const known = remembered.get(token)
    if (known && known.until > Date.now()) return known.claims
    // Read before it is verified, only to choose the key it is then verified with.
    const { iss } = decodeJwt(token)
    if (external && externalKeys && iss === external.issuer) {
      const { payload } = await jwtVerify<{ sub: string }>(token, externalKeys, {
        issuer: external.issuer,
        audience: external.audience,
        algorithms: asymmetric,
        requiredClaims: ['sub', 'exp'],
      })
      return { iss: external.issuer, sub: payload.sub }
    }
    const { payload } = await jwtVerify<{ sub: string; sid: string; exp: number }>(token, key, {
      issuer,
      audience,
      algorithms: ['HS256'],
      requiredClaims: ['sub', 'sid', 'exp'],
    })
    const claims = { sub: payload.sub, sid: payload.sid }
    remembered.set(token, { claims, until: payload.exp * 1000 })
    return claims
  }

  return {
    seconds,
    issue: (accountId, sessionId) =>
      new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(accountId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${seconds}s`)
        .sign(key),
    async claimsOf(authorization) {
      if (authorization === undefined) return {}
      const token = /^Bearer +([^ ]+) *$/i.exec(authorization)?.[1]
      if (!token) throw new Refusal('unauthenticated', 'The Authorization header must be: Bearer <access token>.')
      try {
        return await verified(token)
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new Refusal('unauthenticated', 'The access token has expired.')
        // That the issuer's keys cannot be had is no fault of the token's.
        const ours = !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout
        if (ours) throw error
        throw new Refusal('unauthenticated', 'The access token is not valid.')
      }
    },
  }
}
