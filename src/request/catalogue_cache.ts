import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'
import { selectPosition } from '../database/replicas.ts'
import type { SharedCache } from './shared_cache.ts'

/** How long a server uses the state of the catalogue that it has read without reading it again, milliseconds. */
const reliedOnMs = 750
/** How long an answer is still served after its state was last seen, while a new answer is made, milliseconds. */
const staleMs = 1500
/** From this age on, the state is read again, but answers do not wait for it. */
const refreshedMs = 250
/**
 * How long an answer may be used at most, seconds. Up to a fifth is subtracted at random, so that not all answers end
 * at once.
 */
const lifeSeconds = 300
/** Maximum memory for answers, and the largest one that is stored; characters of JSON. */
const maxSize = 32_000_000
const maxAnswer = 500_000

interface State {
  /** Another text after each change of the catalogue. */
  text: string
  /** A position of the primary that contains this state. */
  position: number
  /** When it was requested, by performance.now(). */
  askedAt: number
}

interface Entry {
  state: string
  value: unknown
  size: number
}

/** Counts of answers by where they came from. */
export type CacheFigures = Record<'own' | 'shared' | 'stale' | 'database', number>

/**
 * Answers to anonymous reads of the catalogue: clinics, doctors, specializations, time slots, services. Never free
 * times, and nothing for callers who are signed in. Each answer belongs to a state of the catalogue
 * (app_private.catalogue_state), so a change makes all answers unusable. The state is requested when answers are, from
 * the primary; without it nothing is cached.
 */
export class CatalogueCache {
  readonly figures: CacheFigures = { own: 0, shared: 0, stale: 0, database: 0 }
  readonly shared: SharedCache | undefined
  readonly #pool: Pool
  readonly #release: string
  readonly #own = new LRUCache<string, Entry>({
    max: 20_000,
    maxSize,
    sizeCalculation: ({ size }) => size,
    ttl: lifeSeconds * 1000,
  })
  readonly #making = new Map<string, Promise<unknown>>()
  #state: State | undefined
  /** The state before that one. */
  #before: State | undefined
  #asking: Promise<State | undefined> | undefined
  #outdatedAt = Number.NEGATIVE_INFINITY

  /**
   * `pool` is a connection to the primary; `release` is a text that differs between releases with different answers.
   */
  constructor(pool: Pool, release: string, shared?: SharedCache) {
    this.#pool = pool
    this.#release = createHash('sha256').update(release).digest('base64url')
    this.shared = shared
  }

  /** Called when something was changed through this server: the next answer needs the state after the change. */
  changed(): void {
    this.#outdatedAt = performance.now()
  }

  /**
   * The answer for a key, which is `make`d when there is none for the current state; requests that arrive meanwhile
   * wait for it. `make` has to see at least the given position. `position` is what the caller has seen.
   */
  async get<T>(
    key: string,
    position: number | undefined,
    make: (position: number | undefined) => Promise<T>,
  ): Promise<T> {
    const state = position === undefined ? undefined : await this.#current(position)
    if (!state) {
      this.figures.database++
      return make(position)
    }
    const hash = createHash('sha256').update(key).digest('base64url')
    const known = this.#own.get(hash)
    if (known?.state === state.text) {
      this.figures.own++
      return known.value as T
    }
    const made = this.#refill(hash, state, () => make(Math.max(state.position, position ?? 0)), make)
    const mayBeStale = position === 0 && this.#isBrieflyStale(known)
    if (!mayBeStale) return made as Promise<T>
    made.catch(() => {})
    this.figures.stale++
    return known?.value as T
  }

  /** Whether an answer was up to date until a moment ago, and this server has not changed the catalogue since. */
  #isBrieflyStale(entry: Entry | undefined): boolean {
    const before = this.#before
    if (!entry || !before || entry.state !== before.text) return false
    return performance.now() - before.askedAt < staleMs && !this.#isOutdated(before)
  }

  /**
   * One request at a time makes an answer for all. If that fails, for example because its caller has disconnected, each
   * request makes its own.
   */
  #refill(
    hash: string,
    state: State,
    make: () => Promise<unknown>,
    makeAlone: (position: number) => Promise<unknown>,
  ): Promise<unknown> {
    const name = `${state.text} ${hash}`
    const making = this.#making.get(name)
    if (making) return making.catch(() => makeAlone(state.position))
    const made = this.#fromShared(hash, state, make).finally(() => this.#making.delete(name))
    this.#making.set(name, made)
    return made
  }

  async #fromShared(hash: string, state: State, make: () => Promise<unknown>): Promise<unknown> {
    const key = `medislot:${state.text}:${this.#release}:${hash}`
    const found = await this.shared?.get(key)
    if (found !== undefined) {
      const value = JSON.parse(found)
      this.figures.shared++
      this.#own.set(hash, { state: state.text, value, size: found.length })
      return value
    }
    const value = await make()
    this.figures.database++
    const text = JSON.stringify(value)
    if (text.length > maxAnswer) return value
    this.#own.set(hash, { state: state.text, value, size: text.length })
    void this.shared?.set(key, text, Math.round(lifeSeconds * (1 - 0.2 * Math.random())))
    return value
  }

  /**
   * The state of the catalogue, recent enough and at least as new as a position; undefined if the primary does not
   * answer.
   */
  async #current(position: number): Promise<State | undefined> {
    const state = this.#state
    const age = state ? performance.now() - state.askedAt : Number.POSITIVE_INFINITY
    if (!state || age > reliedOnMs || state.position < position || this.#isOutdated(state)) return this.#newest()
    if (age > refreshedMs) void this.#readState()
    return state
  }

  #isOutdated({ askedAt }: State): boolean {
    return askedAt <= this.#outdatedAt
  }

  /** Reads the state. A read that began before a change of this server does not count. */
  async #newest(): Promise<State | undefined> {
    const state = await this.#readState()
    return state && this.#isOutdated(state) ? this.#readState() : state
  }

  /** All callers that need the state share one read. */
  #readState(): Promise<State | undefined> {
    this.#asking ??= this.#read()
      .catch(() => undefined)
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }

  async #read(): Promise<State> {
    const askedAt = performance.now()
    const { rows } = await this.#pool.query<{ text: string; position: string }>(
      `select app_private.catalogue_state() as text, p.position from (${selectPosition}) p`,
    )
    const [{ text, position }] = rows as [(typeof rows)[number]]
    if (this.#state && this.#state.text !== text) this.#before = this.#state
    this.#state = { text, position: Number(position), askedAt }
    return this.#state
  }
}
