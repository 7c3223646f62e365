import type { Socket } from 'node:net'

/** The request was aborted. `code` is PostgreSQL's SQLSTATE for a cancelled statement. */
export class AbortedError extends Error {
  readonly code = '57014'
}

const onConnection = new WeakMap<Socket, Set<Deadline>>()

/**
 * How long the work for one request may go on: until its time is over, or until the caller has gone, since then nobody
 * receives the answer. Reads end in both cases. A change that has begun ends only when its time is over; a change that
 * has not begun does not begin.
 */
export class Deadline {
  #isOver = false
  #callerIsGone = false
  #timer: NodeJS.Timeout | undefined
  #socket: Socket | undefined
  #listeners = new Set<() => void>()

  /** Without a time, in milliseconds, only the end of the caller's connection ends it. */
  constructor(ms?: number) {
    if (ms === undefined) return
    this.#timer = setTimeout(() => {
      this.#isOver = true
      this.#notify()
    }, ms)
    this.#timer.unref()
  }

  get callerIsGone(): boolean {
    return this.#callerIsGone
  }

  /**
   * Watches the caller's connection; when it closes, the caller has gone. All requests of a connection share one
   * listener.
   */
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

  /** Records that the caller no longer waits for the answer. */
  leave(): void {
    this.#callerIsGone = true
    this.#notify()
  }

  /** Whether work that reads, or a change that has begun, must end now. */
  ends(work: 'reading' | 'changing'): boolean {
    return this.#isOver || (this.#callerIsGone && work === 'reading')
  }

  /** Throws AbortedError when no more work may begin. */
  check(): void {
    if (this.#isOver || this.#callerIsGone) throw new AbortedError()
  }

  /**
   * Calls the listener whenever the result of ends() may have changed. Returns a function that removes the listener.
   */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The request has been answered: removes timer and listeners. */
  close(): void {
    clearTimeout(this.#timer)
    if (this.#socket) onConnection.get(this.#socket)?.delete(this)
    this.#listeners.clear()
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}

/** Maximum time to work on a request, milliseconds. */
export interface AnswerTimes {
  signedInMs: number
  /** Shorter, since an anonymous caller cannot be asked to stop. */
  anonymousMs: number
}

/** The deadline of a request, which depends on whether the caller is signed in. */
export const deadlineOf = ({ signedInMs, anonymousMs }: AnswerTimes, { sub }: { sub?: string }): Deadline =>
  new Deadline(sub === undefined ? anonymousMs : signedInMs)
