import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** An identity document as a person reads it. */
export interface IdentityDocument {
  kind: 'national_id' | 'passport' | 'insurance'
  /** Who issued it: ISO 3166, two capital letters. */
  country: string
  number: string
}

/** A text as it is stored. */
export interface SealedText {
  keyId: string
  nonce: Buffer
  ciphertext: Buffer
}

/** A document as it is stored: the number is only in the ciphertext. */
export interface SealedDocument extends SealedText {
  blindIndex: Buffer
}

interface Key {
  id: string
  encryption: Buffer
  index: Buffer
  calendars: Buffer
}

const tagLength = 16

/**
 * The keys of identity documents, from IDENTITY_KEYS, or of the access to external calendars, from CALENDAR_KEYS:
 * `id:key,id:key`, each key 32 random bytes in base64. The first key encrypts, and all decrypt. Several keys are
 * derived from each (HKDF), since one key must not serve two purposes.
 *
 * In Node and not with pgcrypto: there the key would be part of the statement, and so of logs and pg_stat_statements.
 */
export class KeyRing {
  readonly #keys: Key[]
  /** Of the setting. */
  readonly #name: string

  constructor(setting: string, name: 'IDENTITY_KEYS' | 'CALENDAR_KEYS' = 'IDENTITY_KEYS') {
    this.#name = name
    this.#keys = setting.split(',').map((entry) => keyOf(entry.trim(), name))
    const ids = this.#keys.map(({ id }) => id)
    if (new Set(ids).size < ids.length) throw new Error(`${name}: every key needs an id of its own`)
  }

  /** The id of the key that encrypts. */
  get currentId(): string {
    return this.#current.id
  }

  /** Encrypts a document under the current key. */
  seal(document: IdentityDocument): SealedDocument {
    const key = this.#current
    const sealed = encrypt(key.encryption, plain(document.number), contextOf(document, key.id))
    return { keyId: key.id, blindIndex: blindIndexOf(document, key), ...sealed }
  }

  /** Decrypts the number. Throws if the key is not in the ring or the row was changed or moved. */
  open(document: Pick<IdentityDocument, 'kind' | 'country'>, sealed: SealedText): string {
    const key = this.#keyOf(sealed)
    return decrypt(key.encryption, sealed, contextOf(document, key.id))
  }

  /**
   * Encrypts the access to an external calendar under the current key. `context` identifies the row: data that is moved
   * to another row cannot be decrypted.
   */
  sealCalendar(access: string, context: string): SealedText {
    const key = this.#current
    return { keyId: key.id, ...encrypt(key.calendars, access, `${context}|${key.id}`) }
  }

  /** Decrypts it. Throws as `open` does. */
  openCalendar(sealed: SealedText, context: string): string {
    const key = this.#keyOf(sealed)
    return decrypt(key.calendars, sealed, `${context}|${key.id}`)
  }

  /** The blind index of a document under every key: it may be stored under any of them. */
  blindIndexes(document: IdentityDocument): Buffer[] {
    return this.#keys.map((key) => blindIndexOf(document, key))
  }

  #keyOf({ keyId }: SealedText): Key {
    const key = this.#keys.find(({ id }) => id === keyId)
    if (!key) throw new Error(`${this.#name} has no key ${keyId}`)
    return key
  }

  get #current(): Key {
    return this.#keys[0] as Key
  }
}

function keyOf(entry: string, name: string): Key {
  const [, id, encoded] = /^([A-Za-z0-9_-]{1,20}):([A-Za-z0-9+/=_-]+)$/.exec(entry) ?? []
  const secret = Buffer.from(encoded ?? '', 'base64')
  if (!id || secret.length !== 32) {
    throw new Error(`${name}: write id:key,id:key, each key 32 random bytes (openssl rand -base64 32)`)
  }
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `medislot identity ${purpose}`, 32))
  return { id, encryption: derive('encryption'), index: derive('index'), calendars: derive('calendars') }
}

/** Spaces, dashes and letter case do not distinguish two numbers. */
const plain = (number: string) =>
  number
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s./-]/g, '')

const blindIndexOf = ({ kind, country, number }: IdentityDocument, key: Key) =>
  createHmac('sha256', key.index)
    .update(`${kind}|${country}|${plain(number)}`)
    .digest()

const contextOf = ({ kind, country }: Pick<IdentityDocument, 'kind' | 'country'>, keyId: string) =>
  `${kind}|${country}|${keyId}`

function encrypt(key: Buffer, text: string, context: string): Omit<SealedText, 'keyId'> {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return { nonce, ciphertext: Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]) }
}

function decrypt(key: Buffer, { nonce, ciphertext }: SealedText, context: string): string {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  decipher.setAuthTag(ciphertext.subarray(-tagLength))
  return decipher.update(ciphertext.subarray(0, -tagLength), undefined, 'utf8') + decipher.final('utf8')
}
