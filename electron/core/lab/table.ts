/** Routing tables, by number and by the words that iproute2 has for three of them (rt_tables, linux/rtnetlink.h). */

/** RT_TABLE_DEFAULT, RT_TABLE_MAIN, RT_TABLE_LOCAL. */
const numbers = { default: 253, main: 254, local: 255 } as const

export type TableWord = keyof typeof numbers
/** As a lab file says it: three tables are called by their names only. */
export type TableEntry = TableWord | number

export const tableWords = Object.keys(numbers) as readonly TableWord[]

/** Where routes go that name no table. */
export const mainTable = numbers.main
export const localTable = numbers.local

export const tableNumber = (table: TableEntry | undefined): number =>
  typeof table === 'number' ? table : numbers[table ?? 'main']

export const tableWord = (table: number): TableWord | null => tableWords.find((word) => numbers[word] === table) ?? null

/** As `ip` prints it, and as a lab file says it. */
export const tableEntry = (table: number): TableEntry => tableWord(table) ?? table
