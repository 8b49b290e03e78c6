/** Asks for an administrator's password by the desktop's own dialog (polkit), and starts the helper with it. */
import { spawn } from 'node:child_process'
import sudo from 'sudo-prompt'

export type PromptOutcome =
  /** The user, or this machine's policy, said no. */
  | { readonly kind: 'refused'; readonly output: string }
  /** There is nobody to ask: no pkexec, no polkit, or no authentication agent in this session (ssh, a bare console). */
  | { readonly kind: 'nobody-asks'; readonly output: string }
  /** It was started, and has ended. */
  | { readonly kind: 'ended'; readonly output: string }

/** What sudo-prompt says where the command has not run; all else is the command's own end. */
const notStarted = /^(?:User did not grant permission|No polkit authentication agent|Unable to find)/

/** pkexec(1): the dialog was dismissed. */
const dismissed = 126

/** Kept of what it said (characters). */
const keptOutput = 4096

/**
 * Resolves when the command has ended, or when it is certain that it will not start.
 * @param command goes through two shells as it is
 */
export function startByPrompt(command: string): Promise<PromptOutcome> {
  // It changes to the current directory first, with the name in quotation marks and not escaped.
  const odd = /[$`\\]/.exec(process.cwd())
  if (odd) return Promise.resolve({ kind: 'nobody-asks', output: `the current directory has a ${odd[0]} in its name` })
  return new Promise((resolve) => {
    sudo.exec(command, { name: 'Vethlab' }, (error, _, stderr) => {
      const output = String(stderr || error?.message || '')
        .trim()
        .slice(-keptOutput)
      if (!error || !notStarted.test(error.message)) return resolve({ kind: 'ended', output })
      const { code } = error as Error & { code?: unknown }
      resolve(notGranted(code, output))
    })
  })
}

function notGranted(status: unknown, output: string): PromptOutcome {
  const isNo = status === dismissed || /Not authorized|Request dismissed/.test(output)
  return { kind: isNo ? 'refused' : 'nobody-asks', output }
}

/** What the package's file says first: from then on the helper speaks. */
const granted = 'granted\n'

/**
 * The same where a package has brought an action of its own: the dialog says in a sentence of ours what is wanted.
 * `sudo-prompt` cannot have that, because it asks for a shell and its line.
 */
export function startByAction(wrapper: string, meeting: string): Promise<PromptOutcome> {
  return new Promise((resolve) => {
    const child = spawn('/usr/bin/pkexec', ['--disable-internal-agent', wrapper, meeting], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [said, complained] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, granted.length)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained = (complained + text).slice(-keptOutput)))
    child.once('error', (error) => resolve({ kind: 'nobody-asks', output: error.message }))
    child.once('close', (status) => {
      const output = complained.trim()
      resolve(said === granted ? { kind: 'ended', output } : notGranted(status, output))
    })
  })
}
