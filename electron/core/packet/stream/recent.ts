/** A map that forgets what has not been set for longest, once it holds so many entries. */
export class Recent<K, V> {
  readonly #map = new Map<K, V>()

  constructor(private readonly most: number) {}

  get(key: K): V | undefined {
    return this.#map.get(key)
  }

  set(key: K, value: V): void {
    this.#map.delete(key)
    this.#map.set(key, value)
    if (this.#map.size <= this.most) return
    for (const oldest of this.#map.keys()) {
      this.#map.delete(oldest)
      return
    }
  }

  /** The one that has not been set for longest first. */
  values(): IterableIterator<V> {
    return this.#map.values()
  }

  delete(key: K): void {
    this.#map.delete(key)
  }

  get size(): number {
    return this.#map.size
  }
}
