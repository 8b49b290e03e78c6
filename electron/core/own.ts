/**
 * What a record really holds under a name. Names are given by people: `constructor` and `toString` are ordinary ones, and
 * every plain object answers to them unasked.
 */
export const own = <T>(record: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined =>
  record && Object.hasOwn(record, name) ? record[name] : undefined
