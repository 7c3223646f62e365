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
  /** What an Authorization header says. Throws only when an external issuer's keys are not available. */
  bearerOf(authorization: string | undefined): Promise<Bearer>
  /** The claims of a bearer token, `{}` when there is none. Throws Refusal `unauthenticated` for one that is not usable. */
  claimsOf(authorization: string | undefined): Promise<Claims>
}

/** Who brings a token: the claims of one that is usable, else `{}`, and why it is not. */
export interface Bearer {
  claims: Claims
  unusable?: Unusable | undefined
}

/** Why a token identifies nobody. */
export interface Unusable {
  refusal: Refusal
  /** It was issued to its bearer and has expired; otherwise it is forged, or not meant for this server. */
  expired: boolean
}

const unusable = (reason: string, expired = false): Bearer => ({
  claims: {},
  unusable: { refusal: new Refusal('unauthenticated', reason), expired },
})

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

  async function bearerOf(authorization: string | undefined): Promise<Bearer> {
    if (authorization === undefined) return { claims: {} }
    const token = /^Bearer +([^ ]+) *$/i.exec(authorization)?.[1]
    if (!token) return unusable('The Authorization header must be: Bearer <access token>.')
    try {
      return { claims: await verified(token) }
    } catch (error) {
      // Judged last by jose: everything else about the token is right.
      if (error instanceof errors.JWTExpired) return unusable('The access token has expired.', true)
      // That the issuer's keys are not available is no fault of the token.
      const ours = !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout
      if (ours) throw error
      return unusable('The access token is not valid.')
    }
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
    bearerOf,
    async claimsOf(authorization) {
      const { claims, unusable } = await bearerOf(authorization)
      if (unusable) throw unusable.refusal
      return claims
    },
  }
}
