import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { KeyRing } from '../../src/identity/key_ring.ts'

const key = () => randomBytes(32).toString('base64')
const passport = { kind: 'passport', country: 'DE', number: 'C01X00T47' } as const

describe('a key ring', () => {
  it('decrypts what it encrypted, with a new nonce each time', () => {
    const ring = new KeyRing(`one:${key()}`)
    const [first, second] = [ring.seal(passport), ring.seal(passport)]
    expect(ring.open(passport, first)).toBe(passport.number)
    expect(first.nonce.equals(second.nonce)).toBe(false)
    expect(first.ciphertext.includes(passport.number)).toBe(false)
    // The same document has the same index.
    expect(first.blindIndex.equals(second.blindIndex)).toBe(true)
  })

  it('finds a number however it is spaced and spelt, and by kind and country', () => {
    const ring = new KeyRing(`one:${key()}`)
    const index = (change: object) => ring.blindIndexes({ ...passport, ...change })[0]?.toString('hex')
    expect(index({ number: ' c01x-00 t47 ' })).toBe(index({}))
    for (const other of [{ country: 'AT' }, { kind: 'national_id' }, { number: 'C01X00T48' }])
      expect(index(other)).not.toBe(index({}))
  })

  it('refuses a row that was changed, or moved to another kind or country', () => {
    const ring = new KeyRing(`one:${key()}`)
    const sealed = ring.seal(passport)
    const changed = Buffer.from(sealed.ciphertext)
    changed[0] = (changed[0] as number) ^ 1
    expect(() => ring.open(passport, { ...sealed, ciphertext: changed })).toThrow()
    expect(() => ring.open({ kind: 'passport', country: 'AT' }, sealed)).toThrow()
    expect(() => new KeyRing(`one:${key()}`).open(passport, sealed)).toThrow()
    expect(() => new KeyRing(`two:${key()}`).open(passport, sealed)).toThrow('IDENTITY_KEYS has no key one')
  })

  it('encrypts with its first key and decrypts with all', () => {
    const [old, fresh] = [`old:${key()}`, `new:${key()}`]
    const sealed = new KeyRing(old).seal(passport)
    const ring = new KeyRing(`${fresh},${old}`)
    expect(ring.currentId).toBe('new')
    expect(ring.open(passport, sealed)).toBe(passport.number)
    expect(ring.blindIndexes(passport).some((index) => index.equals(sealed.blindIndex))).toBe(true)
  })

  it.each(['', 'one', `one:${randomBytes(16).toString('base64')}`, `one two:${key()}`, `one:${key()},one:${key()}`])(
    'cannot be made from %p',
    (setting) => {
      expect(() => new KeyRing(setting)).toThrow('IDENTITY_KEYS')
    },
  )
})
