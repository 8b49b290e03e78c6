/** Obeys the test: evaluates functions with the double in this process, as Playwright does with Electron. */
import { createInterface } from 'node:readline'

/** Begins the lines that are for the test. */
const mark = '\u0001'

export const tell = (message) => void process.stdout.write(`${mark}${JSON.stringify(message)}\n`)

export function obey(electron) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, source, argument } = JSON.parse(line)
    void evaluate(electron, source, argument).then(
      (value) => tell({ id, value }),
      (error) => tell({ id, error: String(error?.stack ?? error) }),
    )
  })
  // Only a window keeps the app running.
  process.stdin.unref?.()
}

const evaluate = async (electron, source, argument) => await (0, eval)(`(${source})`)(electron, argument)
