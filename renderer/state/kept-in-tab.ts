/** What a reload of the window must not lose, and the end of its tab may. */

/** Null: nothing is kept, or nothing that can be read. */
export function keptInTab<T>(key: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as T | null
  } catch {
    return null
  }
}

/** Null keeps nothing. */
export function keepInTab(key: string, value: object | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    // Too big or forbidden: then a reload loses it, and must not find an older one.
    sessionStorage.removeItem(key)
  }
}
