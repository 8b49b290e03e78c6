/** Routes by the table that they are in: a packet is looked up in one after the other, never in all at once. */
import { mainTable, tableEntry } from '../../../electron/core/lab/table.js'

export interface TableOf<Route> {
  /** As `ip` names it; null for main, where whatever names no table is. */
  readonly table: string | null
  readonly routes: readonly Route[]
}

/** Main comes first, with or without routes; then the others by their numbers. */
export function byTable<Route extends { readonly table: number }>(routes: readonly Route[]): readonly TableOf<Route>[] {
  const numbers = [...new Set(routes.map(({ table }) => table))].filter((table) => table !== mainTable)
  return [mainTable, ...numbers.sort((a, b) => a - b)].map((number) => ({
    table: number === mainTable ? null : String(tableEntry(number)),
    routes: routes.filter(({ table }) => table === number),
  }))
}
