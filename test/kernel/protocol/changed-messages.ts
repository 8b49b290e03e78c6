/** A flood of messages that are almost right, sent to one of the doors. */
import { expect } from 'vitest'
import type { Answer } from './helper.js'
import { refusals } from './helper.js'
import type { Contract, Mutator } from './mutate.js'

/** How many changed messages each door is sent. */
export const messages = 100_000
/** Sent before the next are made, so that a process that chokes is met near the message it choked on. */
export const batch = 1000
/** Node's heap breathes by some ten megabytes; what leaks by the message would be far more (bytes). */
export const mayGrow = 96 * 1024 * 1024

/** Whoever listens behind a door, spoken to without a client between. */
export interface Flooded {
  /** What it has said in answer. */
  readonly answers: Answer[]
  send(texts: readonly string[]): Promise<void>
  /** A request as the contract has it, and its answer. */
  ask(method: string, params: object): Promise<Answer>
  /** Resident memory of the process behind the door (bytes). */
  memory(): number
}

/**
 * Sends `count` messages that the contract has not, and sees that each is refused.
 * @param look a good request, answered in order: behind its answer nothing of a batch is left to do
 * @returns how many were answered, with an error each
 */
export async function flood(
  door: Flooded,
  {
    mutator,
    contract,
    count,
    look,
  }: { mutator: Mutator; contract: Contract; count: number; look: () => Promise<void> },
): Promise<number> {
  let sent = 0
  let refused = 0
  let atStart: number | null = null
  door.answers.length = 0
  while (sent < count) {
    const texts: string[] = []
    while (texts.length < batch) {
      const message = mutator.message(sent + texts.length)
      if (!contract.isGood(message)) texts.push(JSON.stringify(message))
    }
    await door.send(texts)
    await look()
    for (const { error, result } of door.answers.slice(0, -1)) {
      expect(result, JSON.stringify(result)).toBeUndefined()
      expect(refusals, JSON.stringify(error)).toContain(error?.code)
      refused += 1
    }
    door.answers.length = 0
    sent += batch
    if (atStart === null && sent >= count / 5) atStart = door.memory()
  }
  expect(sent).toBe(count)
  expect(refused).toBeGreaterThan(count * 0.8)
  expect(door.memory() - (atStart ?? 0)).toBeLessThan(mayGrow)
  return refused
}
