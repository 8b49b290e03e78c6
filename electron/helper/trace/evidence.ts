/** Runs the questions of a diagnosis in their namespaces; only after a failure, because each is a process. */
import type { Answer, Command } from '../../core/diagnosis/question.js'
import { runIn } from '../run.js'

/** Processes at once: two cores have other work too. */
const atOnce = 4

export async function gather(commands: readonly Command[]): Promise<Answer[]> {
  const answers: Answer[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < commands.length; index = next++) {
      const command = commands[index] as Command
      const { status, stdout, stderr } = await runIn(command.namespace, command.program, command.arguments)
      const output = [stdout, stderr].map((text) => text.trimEnd()).filter((text) => text !== '')
      answers[index] = { command: command.text, output: output.join('\n'), status }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, commands.length) }, lane))
  return answers
}
