/** A map that forgets what was not asked for longest once it holds more than `most`. */
export class Remembered<Key, Value> {
  #values = new Map<Key, Value>()
  #most: number

  constructor(most: number) {
    this.#most = most
  }

  get(key: Key): Value | undefined {
    const value = this.#values.get(key)
    if (value !== undefined) {
      // To the end: the first of the map is then the one not asked for longest.
      this.#values.delete(key)
      this.#values.set(key, value)
    }
    return value
  }

  set(key: Key, value: Value): void {
    this.#values.set(key, value)
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#most) return
      this.#values.delete(oldest)
    }
  }
}
