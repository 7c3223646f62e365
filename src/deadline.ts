import type { Socket } from 'node:net'

/** Why work is given up. `code` is PostgreSQL's for a cancelled statement, and is reported as that. */
export class GivenUp extends Error {
  readonly code = '57014'
}

const onConnection = new WeakMap<Socket, Set<Deadline>>()

/**
 * How long the work for one request may go on: until its time is over, or until its caller has gone, whom no answer
 * reaches. Reads end in both cases. A change that has begun ends only when its time is over; one that has not begun
 * does not begin.
 */
export class Deadline {
  #isOver = false
  #callerIsGone = false
  #timer: NodeJS.Timeout | undefined
  #socket: Socket | undefined
  #listeners = new Set<() => void>()

  /** Without a time in milliseconds only the caller's leaving ends it. */
  constructor(ms?: number) {
    if (ms === undefined) return
    this.#timer = setTimeout(() => {
      this.#isOver = true
      this.#tell()
    }, ms)
    this.#timer.unref()
  }

  get callerIsGone(): boolean {
    return this.#callerIsGone
  }

  /** Watches the caller's connection; the caller is gone when it closes. One listener serves all requests on it. */
  follow(socket: Socket): this {
    if (socket.destroyed) {
      this.leave()
      return this
    }
    let followers = onConnection.get(socket)
    if (!followers) {
      const all = new Set<Deadline>()
      followers = all
      onConnection.set(socket, all)
      socket.once('close', () => {
        for (const deadline of all) deadline.leave()
      })
    }
    followers.add(this)
    this.#socket = socket
    return this
  }

  /** Reports that the caller does not wait for the answer any more. */
  leave(): void {
    this.#callerIsGone = true
    this.#tell()
  }

  /** Whether work that reads, or that changes something and has begun, is to end now. */
  ends(work: 'reading' | 'changing'): boolean {
    return this.#isOver || (this.#callerIsGone && work === 'reading')
  }

  /** Throws GivenUp when no work may begin any more. */
  check(): void {
    if (this.#isOver || this.#callerIsGone) throw new GivenUp()
  }

  /** Calls back with each change of what ends() says. Gives how to stop that. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The request is answered: nothing is watched any more. */
  close(): void {
    clearTimeout(this.#timer)
    if (this.#socket) onConnection.get(this.#socket)?.delete(this)
    this.#listeners.clear()
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}

/** How long a request may be worked on, milliseconds. */
export interface AnswerTimes {
  signedInMs: number
  /** Less, since nobody is known who could be asked to stop. */
  anonymousMs: number
}

/** The deadline of a request, by whether its caller is signed in. */
export const deadlineOf = ({ signedInMs, anonymousMs }: AnswerTimes, { sub }: { sub?: string }): Deadline =>
  new Deadline(sub === undefined ? anonymousMs : signedInMs)
