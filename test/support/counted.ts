/** Counts how often data is looked at: the work of an algorithm, whatever the machine is doing meanwhile. */

export interface Counted<T> {
  readonly value: T
  /** Properties read, and entries of maps and lists visited, since it was made. */
  looks(): number
}

export function counted<T extends object>(whole: T): Counted<T> {
  let looks = 0
  const known = new WeakMap<object, object>()
  const wrap = <V>(value: V): V => {
    if (typeof value !== 'object' || value === null) return value
    const before = known.get(value)
    if (before) return before as V
    const proxy = value instanceof Map || value instanceof Set ? collection(value) : plain(value)
    known.set(value, proxy)
    return proxy as V
  }
  const plain = (target: object): object =>
    new Proxy(target, {
      get(at, key, receiver) {
        looks += 1
        const value: unknown = Reflect.get(at, key, receiver)
        const descriptor = Reflect.getOwnPropertyDescriptor(at, key)
        // A property that cannot change must be told as it is.
        return descriptor && !descriptor.configurable && !descriptor.writable ? value : wrap(value)
      },
    })
  const collection = (target: Map<unknown, unknown> | Set<unknown>): object => {
    function* each(values: Iterable<unknown>): Iterable<unknown> {
      for (const value of values) {
        looks += 1
        yield Array.isArray(value) ? value.map(wrap) : wrap(value)
      }
    }
    return new Proxy(target, {
      get(at, key) {
        looks += 1
        if (key === 'size') return at.size
        const own: unknown = Reflect.get(at, key, at)
        if (typeof own !== 'function') return own
        if (key === 'forEach')
          return (visit: (value: unknown, key: unknown) => void) =>
            at.forEach((value, name) => visit(wrap(value), name))
        return (...words: unknown[]) => {
          const result: unknown = Reflect.apply(own, at, words)
          return typeof result === 'object' &&
            result !== null &&
            Symbol.iterator in result &&
            !(result instanceof Map) &&
            typeof (result as { next?: unknown }).next === 'function'
            ? each(result as Iterable<unknown>)[Symbol.iterator]()
            : wrap(result)
        }
      },
    })
  }
  return { value: wrap(whole), looks: () => looks }
}
