import { createSecretKey, type KeyObject } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import type { ServerSettings } from '../process/settings.ts'
import { Refusal } from './refusal.ts'

/**
 * What app_private.begin_request is given about a caller: who it is (not for an anonymous caller), the network address,
 * and, when somebody signs in on the pages, a digest that identifies the browser.
 */
export type Claims = { sub?: string; sid?: string; iss?: string; from?: string; device?: string }
/** What another database has recorded for a call in this one, by task. */
export type Recorded = Record<string, object>

declare global {
  namespace Grafast {
    interface Context {
      tokens: Tokens
    }
  }
}

export interface Tokens {
  /** How long an access token is valid, seconds. */
  readonly seconds: number
  /** A signed access token for a session. */
  issue(accountId: string, sessionId: string): Promise<string>
  /** Verifies an Authorization header. Throws only when an external issuer's keys are not available. */
  bearerOf(authorization: string | undefined): Promise<Bearer>
  /**
   * The claims of a bearer token, `{}` when there is none. Throws Refusal `unauthenticated` for one that is not usable.
   */
  claimsOf(authorization: string | undefined): Promise<Claims>
}

/** The claims of a usable token, or `{}` and the reason why the token is not usable. */
export interface Bearer {
  claims: Claims
  unusable?: Unusable | undefined
}

/** Why a token is not usable. */
export interface Unusable {
  refusal: Refusal
  /** The token is genuine but has expired. Otherwise it is forged, or for another server. */
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

const cachedTokens = 10_000
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/** Issues our own access tokens (HS256), and verifies them and those of one external issuer, by its published keys. */
export function createTokens(settings: TokenSettings): Tokens {
  const { jwtIssuer: issuer, jwtAudience: audience, accessTokenSeconds: seconds } = settings
  const key = createSecretKey(Buffer.from(settings.jwtSecret))
  const verified = createVerifier(settings, key)

  async function bearerOf(authorization: string | undefined): Promise<Bearer> {
    if (authorization === undefined) return { claims: {} }
    const token = /^Bearer +([^ ]+) *$/i.exec(authorization)?.[1]
    if (!token) return unusable('The Authorization header must be: Bearer <access token>.')
    try {
      return { claims: await verified(token) }
    } catch (error) {
      // jose checks this last, so everything else about the token is valid.
      if (error instanceof errors.JWTExpired) return unusable('The access token has expired.', true)
      // Keys that are not available are not the token's fault.
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

/** Returns a function that verifies a token and gives its claims. It throws what jose throws. */
function createVerifier(settings: TokenSettings, key: KeyObject): (token: string) => Promise<Claims> {
  const { jwtIssuer: issuer, jwtAudience: audience, externalIssuer: external } = settings
  // Verification took a sixth of a booking's time. Only our own tokens: an external issuer may withdraw a key at any
  // moment.
  const cache = new LRUCache<string, { claims: Claims; until: number }>({ max: cachedTokens })
  const externalKeys = external && createRemoteJWKSet(new URL(external.jwksUrl))

  return async (token) => {
    const known = cache.get(token)
    if (known && known.until > Date.now()) return known.claims
    // Read before the verification, only to choose the key for it.
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
    cache.set(token, { claims, until: payload.exp * 1000 })
    return claims
  }
}
